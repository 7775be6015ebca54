package dev.hagen.emit;

import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.util.Textifier;
import org.objectweb.asm.util.TraceMethodVisitor;

/** A translation unit as text: each guest instruction with the bytecode that stands for it. */
public final class UnitListing {
  private final Region region;
  private final UnitEmitter.Emitted emitted;
  /** The bytecode before the first instruction, of each instruction, and behind the last. */
  private final List<StringBuilder> parts = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  private UnitListing(Region region, UnitEmitter.Emitted emitted) {
    this.region = region;
    this.emitted = emitted;
    for (int i = 0; i < region.size() + 2; i++) {
      parts.add(new StringBuilder());
    }
  }

  /** The listing of a unit that was emitted {@link UnitEmitter#withLines with lines}. */
  public static String of(Region region, UnitEmitter.Emitted emitted) {
    UnitListing listing = new UnitListing(region, emitted);
    listing.readBytecode();
    return listing.write();
  }

  private void readBytecode() {
    new ClassReader(emitted.bytes()).accept(new ClassVisitor(Opcodes.ASM9) {
      @Override
      public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
          String[] exceptions) {
        return name.equals(Names.RUN.name()) ? new TraceMethodVisitor(new Parts()) : super.visitMethod(access, name,
            descriptor, signature, exceptions);
      }
    }, ClassReader.SKIP_FRAMES);
  }

  private String write() {
    int context = region.context();
    text.append("unit at %x, %d-bit, CPL %d: %d blocks, %d instructions, %d bytes of bytecode%n".formatted(
        region.linear(), 8 * ExecutionContext.codeSize(context), ExecutionContext.cpl(context), region.blocks().size(),
        region.size(), emitted.methodSize()));
    text.append("  (entry)%n".formatted()).append(parts.getFirst());
    int line = 0;
    for (RegionBlock block : region.blocks()) {
      text.append("  block at %x%n".formatted(address(block.start())));
      long at = block.start();
      for (Instruction instruction : block.instructions()) {
        line++;
        text.append("  %x  %s%n".formatted(address(at), Disassembler.text(instruction, address(at))));
        text.append(parts.get(line));
        at += instruction.length();
      }
    }
    text.append("  (exits)%n".formatted()).append(parts.getLast()).append(System.lineSeparator());
    return text.toString();
  }

  private long address(long distance) {
    long address = region.linear() + distance;
    return ExecutionContext.codeSize(region.context()) == 8 ? address : address & 0xFFFF_FFFFL;
  }

  /** Puts the text of each instruction of bytecode into its part. */
  private final class Parts extends Textifier {
    /** A label whose name may not be needed. */
    private record Place(Label label) {}

    /** Where a guest instruction begins. */
    private record Line(int number) {}

    private final Set<Label> targets = new HashSet<>();

    Parts() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visitLabel(Label label) {
      text.add(new Place(label));
    }

    @Override
    public void visitLineNumber(int line, Label start) {
      text.add(new Line(line));
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      targets.add(label);
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label dflt, Label... labels) {
      targets.addAll(List.of(labels));
      targets.add(dflt);
      super.visitTableSwitchInsn(min, max, dflt, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label dflt, int[] keys, Label[] labels) {
      targets.addAll(List.of(labels));
      targets.add(dflt);
      super.visitLookupSwitchInsn(dflt, keys, labels);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      // Not part of the code.
    }

    @Override
    public void visitMethodEnd() {
      int part = 0;
      for (int i = 0; i < text.size(); i++) {
        switch (text.get(i)) {
          case Line line -> part = line.number;
          case Place place -> {
            if (targets.contains(place.label)) {
              boolean opensLine = i + 1 < text.size() && text.get(i + 1) instanceof Line;
              append(opensLine ? ((Line) text.get(i + 1)).number : part, "   " + name(place.label));
            }
          }
          case Object code -> {
            for (String line : code.toString().split("\n")) {
              append(part, line);
            }
          }
        }
      }
    }

    private String name(Label label) {
      stringBuilder.setLength(0);
      appendLabel(label);
      return stringBuilder.toString();
    }

    private void append(int part, String line) {
      parts.get(part).append("    ").append(line.stripTrailing()).append(System.lineSeparator());
    }
  }
}
