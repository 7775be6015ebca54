package dev.hagen.cache;

import dev.hagen.cpu.CpuModel;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Extension;
import dev.hagen.decode.Instruction;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A program made at random: a loop over straight code, forward jumps under every condition, inner loops, calls, returns,
 * string instructions, stores into its own code, and accesses that fault or cross pages.
 *
 * <p>Most instructions take their operands from where they like; a few registers hold pointers that are set again and
 * again. Whatever goes astray ends in a fault, behind which {@link ProgramMachine} puts the program back on its way.
 */
final class RandomProgram implements GuestProgram {
  private static final int ROUNDS = 60;
  private static final int FUNCTIONS = 3;
  private static final int MAX_DEPTH = 2;
  /** RBX, RBP, RSI, RDI. */
  private static final int[] POINTERS = {3, 5, 6, 7};
  private static final int RSP = 4;
  /** A stack pointer from here on has frames that lie in two pages. */
  private static final int ACROSS_PAGES = ProgramMachine.STACK + 0x1000;

  /** Opcode bytes after any prefixes; {@code extension} the reg field, or -1 if that names a register. */
  private record Form(int[] opcode, int extension, int immediate, boolean bytes) {}

  private static final List<Form> FORMS = forms();

  private final Random random;
  private final boolean is64Bit;
  /** Of a hundred instructions so many work on XMM registers. */
  private final int vectors;
  private final int stackPointer;
  /** Of a hundred pieces so many are {@link X87Code}. */
  private final int x87;
  private final X87Code x87Code;
  private final long[] registers = new long[16];
  private final byte[] data = new byte[ProgramMachine.DATA_SIZE];
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  /** Addresses of immediates of four bytes and of gaps between instructions: what the program may overwrite. */
  private final List<Integer> patchable = new ArrayList<>();
  private final List<Integer> functions = new ArrayList<>();
  private int counters;
  private int nextRound;
  private int end;
  /** Whether RCX counts the rounds of a loop, so that others leave it alone. */
  private boolean keepsCount;
  private byte[] code = {};

  RandomProgram(long seed) {
    random = new Random(seed);
    is64Bit = random.nextInt(3) != 0;
    vectors = random.nextBoolean() ? 4 : 60;
    x87 = vectors > 4 && random.nextInt(2) == 0 ? 40 : 1;
    x87Code = new X87Code(random, new X87Sink());
    random.nextBytes(data);
    if (vectors > 4) {
      for (int at = 0; at < data.length; at += 8) {
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putLong(at, VectorForm.value(random));
      }
    }
    for (int i = 0; i < 16; i++) {
      registers[i] = is64Bit ? random.nextLong() >> random.nextInt(64) : i < 8 ? random.nextInt() & 0xFFFF_FFFFL : 0;
    }
    stackPointer = random.nextBoolean() ? ProgramMachine.STACK_POINTER : ACROSS_PAGES + 4 * random.nextInt(32);
    registers[RSP] = stackPointer;
    generate();
  }

  private static List<Form> forms() {
    List<Form> forms = new ArrayList<>();
    for (int operation = 0; operation < 8; operation++) {
      for (int form = 0; form < 4; form++) {
        add(forms, -1, 0, form % 2 == 0, operation << 3 | form);
      }
      add(forms, operation, 1, true, 0x80);
      add(forms, operation, 4, false, 0x81);
      add(forms, operation, 1, false, 0x83);
      if (operation != 6) {
        add(forms, operation, 1, true, 0xC0);
        add(forms, operation, 1, false, 0xC1);
        add(forms, operation, 0, false, 0xD1);
        add(forms, operation, 0, false, 0xD3);
      }
    }
    // TEST, XCHG, MOV, LEA, MOV imm.
    add(forms, -1, 0, true, 0x84);
    add(forms, -1, 0, false, 0x85);
    add(forms, -1, 0, true, 0x86);
    add(forms, -1, 0, false, 0x87);
    for (int i = 0; i < 3; i++) {
      add(forms, -1, 0, true, 0x88);
      add(forms, -1, 0, false, 0x89);
      add(forms, -1, 0, true, 0x8A);
      add(forms, -1, 0, false, 0x8B);
    }
    add(forms, -1, 0, false, 0x8D);
    add(forms, 0, 1, true, 0xC6);
    add(forms, 0, 4, false, 0xC7);
    // TEST imm, NOT, NEG, MUL, IMUL, DIV, IDIV; INC, DEC, PUSH m.
    add(forms, 0, 1, true, 0xF6);
    add(forms, 0, 4, false, 0xF7);
    for (int operation = 2; operation < 8; operation++) {
      add(forms, operation, 0, true, 0xF6);
      add(forms, operation, 0, false, 0xF7);
    }
    for (int operation = 0; operation < 2; operation++) {
      add(forms, operation, 0, true, 0xFE);
      add(forms, operation, 0, false, 0xFF);
    }
    add(forms, -1, 4, false, 0x69);
    add(forms, -1, 1, false, 0x6B);
    for (int condition = 0; condition < 16; condition++) {
      add(forms, 0, 0, true, 0x0F, 0x90 | condition);
      add(forms, -1, 0, false, 0x0F, 0x40 | condition);
    }
    // IMUL, SHLD, SHRD, BT and its like, MOVZX, MOVSX, BSF, BSR, CMPXCHG, XADD.
    for (int second : new int[] {0xAF, 0xA5, 0xAD, 0xA3, 0xAB, 0xB3, 0xBB, 0xB6, 0xB7, 0xBE, 0xBF, 0xBC, 0xBD, 0xB1,
        0xC1}) {
      add(forms, -1, 0, false, 0x0F, second);
    }
    for (int second : new int[] {0xB0, 0xC0}) {
      add(forms, -1, 0, true, 0x0F, second);
    }
    add(forms, -1, 1, false, 0x0F, 0xA4);
    add(forms, -1, 1, false, 0x0F, 0xAC);
    for (int extension = 4; extension < 8; extension++) {
      add(forms, extension, 1, false, 0x0F, 0xBA);
    }
    // MOVUPS, MOVAPS, XORPS, PADDD, MOVD both ways: with 66 or without.
    for (int second : new int[] {0x10, 0x11, 0x28, 0x57, 0xFE, 0x6E, 0x7E, 0xEF}) {
      add(forms, -1, 0, false, 0x0F, second);
    }
    return List.copyOf(forms);
  }

  private static void add(List<Form> forms, int extension, int immediate, boolean bytes, int... opcode) {
    forms.add(new Form(opcode, extension, immediate, bytes));
  }

  // The program as a whole.

  private void generate() {
    // Functions first, so that calls know them.
    int main = jump32();
    for (int i = 0; i < FUNCTIONS; i++) {
      int release = random.nextInt(4) == 0 ? 4 * (1 + random.nextInt(4)) : 0;
      int start = here();
      sequence(3 + random.nextInt(8), MAX_DEPTH - 1);
      if (release == 0) {
        emit(0xC3);
      } else {
        emit(0xC2, release, 0);
      }
      functions.add(start);
      gap();
      align();
    }
    land32(main);
    int counter = counter(ROUNDS);
    int top = here();
    emit(0xBC);
    emit32(stackPointer);
    int pieces = 2 + random.nextInt(4);
    for (int i = 0; i < pieces; i++) {
      if (x87 > 1 && random.nextInt(3) != 0) {
        // FNINIT
        emit(0xDB, 0xE3);
      }
      pointers();
      sequence(4 + random.nextInt(12), 0);
    }
    // Wherever flags and registers are by now, this counts.
    nextRound = here();
    countDown(counter, top);
    end = here();
    emit(0xF4);
    code = out.toByteArray();
  }

  private void sequence(int length, int depth) {
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(100);
      if (random.nextInt(100) < x87) {
        x87Code.piece();
      } else if (random.nextInt(100) < vectors) {
        vector();
      } else if (kind < 62) {
        generic();
      } else if (kind < 72) {
        conditionalJump(depth);
      } else if (kind < 75) {
        pointer();
      } else if (kind < 78) {
        pushAndPop();
      } else if (kind < 81) {
        patch();
      } else if (kind < 84) {
        string();
      } else if (kind < 87) {
        single();
      } else if (kind < 89) {
        jumpOverGap();
      } else if (kind < 93) {
        call();
      } else if (kind < 96 && depth < MAX_DEPTH) {
        loop(depth);
      } else {
        loadImmediate();
      }
    }
  }

  private void conditionalJump(int depth) {
    // The comparison that compilers put before, as often as not.
    if (random.nextBoolean()) {
      generic();
    }
    int condition = random.nextInt(16);
    if (random.nextBoolean()) {
      emit(0x0F, 0x80 | condition);
      int from = here();
      emit32(0);
      sequence(1 + random.nextInt(4), depth + 1);
      patch32(from, here() - from - 4);
    } else {
      if (random.nextInt(3) == 0) {
        byCount(0xE0 | random.nextInt(4), 2, random.nextInt(16) == 0);
        emit(0xEB, 0);
      } else {
        emit(0x70 | condition, 2, 0xEB, 0);
      }
      int from = here() - 1;
      byte[] before = out.toByteArray();
      generic();
      if (here() - from - 1 <= 127) {
        patch8(from, here() - from - 1);
      } else {
        out.reset();
        out.writeBytes(before);
      }
    }
  }

  private void loop(int depth) {
    switch (random.nextInt(4)) {
      case 0 -> loopByCount();
      case 1 -> loopByAnyCount(depth);
      default -> loopByMemory(depth);
    }
  }

  private void loopByMemory(int depth) {
    int counter = counter(2 + random.nextInt(20));
    int top = here();
    sequence(2 + random.nextInt(5), depth + 1);
    countDown(counter, top);
  }

  /** LOOPNE, LOOPE, LOOP or JCXZ, perhaps with a count of the other size; {@code shortTarget} has the target cut to 16 bits. */
  private void byCount(int opcode, int distance, boolean shortTarget) {
    if (shortTarget) {
      emit(0x66);
    }
    if (random.nextInt(4) == 0) {
      emit(0x67);
    }
    emit(opcode, distance);
  }

  /** A loop over one block, most often, that RCX counts. */
  private void loopByCount() {
    emit(0xB9);
    emit32(1 + random.nextInt(60));
    int top = here();
    keepsCount = true;
    for (int i = random.nextInt(5); i > 0; i--) {
      generic();
    }
    keepsCount = false;
    byCount(0xE0 | random.nextInt(3), 0, false);
    patch8(here() - 1, top - here());
  }

  /** A loop that ends after some rounds, or as soon as whatever RCX and ZF are by then has it end. */
  private void loopByAnyCount(int depth) {
    int counter = counter(2 + random.nextInt(20));
    int top = here();
    sequence(1 + random.nextInt(4), depth + 1);
    emit(0xFF, 0x0C, 0x25);
    emit32(counter);
    emit(0x0F, 0x84);
    int out = here();
    emit32(0);
    generic();
    // Over a jump out to one back.
    byCount(0xE0 | random.nextInt(4), 5, false);
    int end = jump32();
    emit(0xE9);
    emit32(top - here() - 4);
    land32(end);
    land32(out);
  }

  private void call() {
    if (functions.isEmpty()) {
      return;
    }
    int target = functions.get(random.nextInt(functions.size()));
    switch (random.nextInt(3)) {
      case 0 -> {
        emit(0xB8);
        emit32(target);
        emit(0xFF, 0xD0);
      }
      case 1 -> {
        // Through memory.
        int slot = counterAddress();
        emit(0xC7, 0x04, 0x25);
        emit32(slot);
        emit32(target);
        emit(0xFF, 0x14, 0x25);
        emit32(slot);
      }
      default -> {
        emit(0xE8);
        emit32(target - here() - 4);
      }
    }
  }

  private void jumpOverGap() {
    int from = jump32();
    gap();
    land32(from);
  }

  // Single instructions.

  private void generic() {
    Form form = FORMS.get(random.nextInt(FORMS.size()));
    boolean wide = !form.bytes && random.nextInt(6) == 0;
    boolean memory = random.nextInt(100) < 45;
    if (memory && random.nextInt(16) == 0) {
      emit(0xF0);
    }
    if (wide) {
      emit(0x66);
    }
    int reg = form.extension >= 0 ? form.extension : register();
    int rm = register();
    int rex = 0;
    if (is64Bit && random.nextInt(2) == 0) {
      rex = 0x40 | (random.nextInt(3) > 0 ? 8 : 0);
      if (form.extension < 0 && random.nextInt(3) == 0) {
        rex |= 4;
      }
      if (!memory && random.nextInt(3) == 0) {
        rex |= 1;
      }
      emit(rex);
    }
    emit(form.opcode);
    if (memory) {
      memory(reg, form.immediate == 4 && wide ? 2 : form.immediate);
    } else {
      emit(0xC0 | reg << 3 | rm);
    }
    int immediate = form.immediate == 4 && wide && (rex & 8) == 0 ? 2 : form.immediate;
    if (immediate == 4) {
      patchable.add(here());
    }
    for (int i = 0; i < immediate; i++) {
      emit(random.nextInt(4) == 0 ? 0xFF : random.nextInt(256));
    }
  }

  private void vector() {
    if (random.nextInt(30) == 0) {
      mxcsr();
      return;
    }
    VectorForm form = VectorForm.any(random);
    boolean memory = switch (form.registers()) {
      case XMM_MEMORY -> true;
      case XMM_ONLY, TO_GENERAL_ONLY, SHIFT -> false;
      default -> random.nextInt(100) < 40;
    };
    if (form.prefix() != 0) {
      emit(form.prefix());
    }
    if (is64Bit && random.nextInt(5) == 0) {
      emit(0x40 | random.nextInt(2) << 3 | (random.nextInt(3) == 0 ? 4 : 0) | (!memory && random.nextInt(3) == 0 ? 1 : 0));
    }
    emit(0x0F);
    emit(form.opcode());
    int reg = switch (form.registers()) {
      case TO_GENERAL, TO_GENERAL_ONLY -> register();
      case SHIFT -> 2 + 2 * random.nextInt(3);
      default -> random.nextInt(4);
    };
    if (memory) {
      vectorMemory(reg, form.immediate() ? 1 : 0);
    } else {
      int rm = form.registers() == VectorForm.Operands.FROM_GENERAL ? register() : random.nextInt(4);
      emit(0xC0 | reg << 3 | rm);
    }
    if (form.immediate()) {
      emit(random.nextInt(form.registers() == VectorForm.Operands.SHIFT ? 70 : 256));
    }
  }

  private void vectorMemory(int reg, int immediate) {
    switch (random.nextInt(8)) {
      case 0 -> memory(reg, immediate);
      case 1 -> {
        emit(reg << 3 | 4, 0x25);
        emit32(address() & ~15);
      }
      default -> emit(0x40 | reg << 3 | POINTERS[random.nextInt(POINTERS.length)], 16 * random.nextInt(8) - 64 & 0xFF);
    }
  }

  private void mxcsr() {
    withMemory(VectorForm.mxcsr(random), new int[] {0x0F, 0xAE}, 2);
  }

  /** Stores a doubleword, and emits an instruction that takes it from there. */
  private void withMemory(int value, int[] opcode, int reg) {
    int slot = counterAddress();
    emit(0xC7, 0x04, 0x25);
    emit32(slot);
    emit32(value);
    emit(opcode);
    emit(reg << 3 | 4, 0x25);
    emit32(slot);
  }

  /** Where x87 code goes. */
  private final class X87Sink implements X87Code.Sink {
    @Override
    public void emit(int... bytes) {
      RandomProgram.this.emit(bytes);
    }

    @Override
    public void memory(int reg) {
      vectorMemory(reg, 0);
    }

    @Override
    public void other() {
      generic();
    }

    @Override
    public void withMemory(int value, int[] opcode, int reg) {
      RandomProgram.this.withMemory(value, opcode, reg);
    }
  }

  /** The number of a register that may be changed: never RSP, seldom a pointer. */
  private int register() {
    if (keepsCount) {
      return 2 * random.nextInt(2);
    }
    int register = random.nextInt(8);
    boolean pointer = register == 3 || register >= 5;
    return register == RSP || pointer && random.nextInt(8) != 0 ? random.nextInt(3) : register;
  }

  private void memory(int reg, int immediate) {
    int base = POINTERS[random.nextInt(POINTERS.length)];
    switch (random.nextInt(12)) {
      case 0 -> {
        // A SIB byte without base: the same in both modes.
        emit(reg << 3 | 4, 0x25);
        emit32(address());
      }
      case 1 -> {
        emit(reg << 3 | 5);
        emit32(is64Bit ? address() - here() - 4 - immediate : address());
      }
      case 2 -> {
        emit(0x44 | reg << 3, random.nextInt(3) << 3 | base | random.nextInt(4) << 6, random.nextInt(256));
      }
      case 3 -> {
        emit(0x80 | reg << 3 | base);
        emit32(random.nextInt(0x400) - 0x200);
      }
      default -> emit(0x40 | reg << 3 | base, random.nextInt(64) - 32 & 0xFF);
    }
  }

  private int address() {
    int page = switch (random.nextInt(40)) {
      case 0 -> ProgramMachine.DATA + ProgramMachine.DATA_SIZE;
      case 1 -> ProgramMachine.READ_ONLY;
      case 2 -> ProgramMachine.STACK;
      case 3 -> patchable.isEmpty() ? ProgramMachine.DATA : -1;
      default -> ProgramMachine.DATA + 0x1000 * random.nextInt(4);
    };
    if (page < 0) {
      int code = patchable.get(random.nextInt(patchable.size()));
      return random.nextBoolean() ? code : code - ProgramMachine.CODE + ProgramMachine.ALIAS;
    }
    return page + switch (random.nextInt(6)) {
      case 0 -> 0x1000 - 1 - random.nextInt(16);
      case 1 -> random.nextInt(16);
      default -> random.nextInt(0x1000);
    };
  }

  private void pointers() {
    for (int ignored : POINTERS) {
      pointer();
    }
  }

  private void pointer() {
    emit(0xB8 | POINTERS[random.nextInt(POINTERS.length)]);
    emit32(vectors > 4 && random.nextInt(6) != 0 ? address() & ~15 : address());
  }

  private void loadImmediate() {
    emit(0xB8 | random.nextInt(3));
    patchable.add(here());
    emit32(random.nextInt() >> random.nextInt(32));
  }

  private void pushAndPop() {
    int register = random.nextInt(3);
    switch (random.nextInt(5)) {
      case 0 -> {
        emit(0x9C);
        emit(0x58 | register);
      }
      case 1 -> {
        emit(0x68);
        patchable.add(here());
        emit32(random.nextInt());
        emit(0x58 | register);
      }
      case 2 -> {
        emit(0x6A, random.nextInt(256));
        // POPF with all but TF and DF.
        emit(0x58 | register, 0x81, 0xE0 | register);
        emit32(0xFFFF_FAFF);
        emit(0x50 | register, 0x9D);
      }
      case 3 -> emit(0x66, 0x50 | register, 0x66, 0x58 | random.nextInt(3));
      default -> {
        emit(0x50 | register);
        generic();
        emit(0x58 | random.nextInt(3));
      }
    }
  }

  /** Overwrites an immediate or a gap, through one of the two addresses of the code. */
  private void patch() {
    if (patchable.isEmpty()) {
      return;
    }
    int address = patchable.get(random.nextInt(patchable.size()));
    if (random.nextBoolean()) {
      address += ProgramMachine.ALIAS - ProgramMachine.CODE;
    }
    int[] store = switch (random.nextInt(4)) {
      case 0 -> new int[] {0x89};
      case 1 -> new int[] {0x88};
      case 2 -> new int[] {0x01};
      default -> new int[] {0x66, 0x31};
    };
    emit(store);
    emit(random.nextInt(3) << 3 | 4, 0x25);
    emit32(address);
  }

  private void string() {
    emit(0xBE);
    emit32(address());
    emit(0xBF);
    emit32(address());
    emit(0xB9);
    emit32(random.nextInt(40));
    switch (random.nextInt(4)) {
      case 0 -> emit(0xF2);
      case 1 -> { }
      default -> emit(0xF3);
    }
    emit(new int[] {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF}[random.nextInt(10)]);
  }

  private void single() {
    int[][] singles = {{0x90}, {0x98}, {0x99}, {0x9E}, {0x9F}, {0xF5}, {0xF8}, {0xF9}, {0x66, 0x98}, {0x66, 0x99},
        {0xF3, 0x90}, {0x0F, 0xC8}, {0x0F, 0xC9}, {0xC9}, {0x0F, 0x0B}, {0x91}, {0x92}, {0x0F, 0xA2}, {0xD7}, {0xFC}};
    emit(singles[random.nextInt(singles.length)]);
  }

  private int counterAddress() {
    return ProgramMachine.COUNTERS + 8 * counters++;
  }

  /** Sets a counter; answers its address. */
  private int counter(int times) {
    int address = counterAddress();
    emit(0xC7, 0x04, 0x25);
    emit32(address);
    emit32(times);
    return address;
  }

  private void countDown(int counter, int top) {
    emit(0xFF, 0x0C, 0x25);
    emit32(counter);
    emit(0x0F, 0x85);
    emit32(top - here() - 4);
  }

  // Bytes.

  /** A jump whose target is not known yet. */
  private int jump32() {
    emit(0xE9);
    emit32(0);
    return here() - 4;
  }

  private void land32(int from) {
    patch32(from, here() - from - 4);
  }

  private void gap() {
    patchable.add(here());
    for (int i = 4 + random.nextInt(70); i > 0; i--) {
      emit(0xCC);
    }
  }

  /** Now and then the next instruction crosses a page. */
  private void align() {
    if (random.nextInt(3) == 0) {
      int page = 0x1000 - (here() & 0xFFF) - random.nextInt(40);
      for (int i = 0; i < page; i++) {
        emit(0xCC);
      }
    }
  }

  private int here() {
    return ProgramMachine.CODE + out.size();
  }

  private void emit(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
  }

  private void emit32(int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }

  private void patch32(int address, int value) {
    for (int i = 0; i < 4; i++) {
      patch8(address + i, value >> 8 * i);
    }
  }

  private void patch8(int address, int value) {
    byte[] bytes = out.toByteArray();
    bytes[address - ProgramMachine.CODE] = (byte) value;
    out.reset();
    out.writeBytes(bytes);
  }

  // What others see.

  @Override
  public boolean is64Bit() {
    return is64Bit;
  }

  @Override
  public long[] registers() {
    return registers;
  }

  @Override
  public byte[] data() {
    return data;
  }

  @Override
  public byte[] code() {
    return code;
  }

  @Override
  public int nextRound() {
    return nextRound;
  }

  @Override
  public int end() {
    return end;
  }

  /** The disassembled program. */
  @Override
  public String toString() {
    Decoder decoder = new Decoder(Extension.of(CpuModel.standard()));
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < code.length) {
      Instruction instruction = decoder.decode(code, at, code.length, is64Bit ? 8 : 4);
      if (instruction == null) {
        break;
      }
      long address = ProgramMachine.CODE + at;
      if (code[at] != (byte) 0xCC) {
        text.append("%6x  %s%n".formatted(address, Disassembler.text(instruction, address)));
      }
      at += instruction.length();
    }
    return text.toString();
  }
}
