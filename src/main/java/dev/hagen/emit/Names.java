package dev.hagen.emit;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.Unit;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.semantics.FlagChange;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.semantics.PackedCompare;
import dev.hagen.semantics.X87Environment;
import dev.hagen.semantics.X87Load;
import dev.hagen.semantics.X87Store;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The fields and methods that emitted code uses; each is looked up when this class is loaded, so a rename fails there. */
final class Names {
  static final String UNIT = Type.getInternalName(Unit.class);
  static final String UNIT_DESCRIPTOR = Type.getDescriptor(Unit.class);
  static final String CPU = Type.getInternalName(CpuState.class);
  static final String GUEST_EXCEPTION = Type.getInternalName(GuestException.class);
  static final String LINK = Type.getInternalName(Link.class);
  static final String LINK_DESCRIPTOR = Type.getDescriptor(Link.class);

  static final FieldName GPR = field(CpuState.class, "gpr");
  static final FieldName READ_TLB = field(CpuState.class, "readTlb");
  static final FieldName WRITE_TLB = field(CpuState.class, "writeTlb");
  static final FieldName RIP = field(CpuState.class, "rip");
  static final FieldName COUNTDOWN = field(CpuState.class, "countdown");
  static final FieldName CONTEXT = field(CpuState.class, "context");
  static final FieldName LEAVE_BLOCK = field(CpuState.class, "leaveBlock");
  static final FieldName SEGMENT = field(CpuState.class, "segment");
  static final FieldName TOUCHED = field(Unit.class, "touched");
  static final FieldName HEAT = field(Unit.class, "heat");
  static final FieldName RUNS = field(Unit.class, "runs");
  static final FieldName PAGE_CHANGES = field(Unit.class, "pageChanges");
  static final MethodName LOOKUP = method(MethodHandles.class, "lookup");
  static final MethodName SEED_OF = method(UnitSeed.class, "of", MethodHandles.Lookup.class);
  static final FieldName SEED_CPU = field(UnitSeed.class, "cpu");
  static final FieldName SEED_LINKS = field(UnitSeed.class, "links");
  static final FieldName SEED_UNIT = field(UnitSeed.class, "unit");
  static final MethodName UNCHECKED_BASE = method(SegmentRegister.class, "uncheckedBase");
  static final FieldName SEGMENT_BASE = field(SegmentRegister.class, "base");

  static final FieldName LAZY_KIND = field(CpuState.class, "lazyKind");
  static final FieldName LAZY_A = field(CpuState.class, "lazyA");
  static final FieldName LAZY_B = field(CpuState.class, "lazyB");
  static final FieldName LAZY_C = field(CpuState.class, "lazyC");

  static final FieldName XMM = field(CpuState.class, "xmm");
  static final FieldName FLOAT_MODE = field(CpuState.class, "floatMode");

  static final MethodName ATTENTION = method(CpuState.class, "attention");
  static final MethodName CONDITION = method(CpuState.class, "condition", int.class);
  static final MethodName INTERPRET =
      method(Unit.class, "interpret", CpuState.class, int.class, long.class, long.class, int.class);
  static final MethodName INSTRUCTION = method(Unit.class, "instruction", int.class);
  static final MethodName WINDOW_IS_QUIET = method(Unit.class, "windowIsQuiet");
  static final MethodName EXECUTE = method(Unit.class, "execute", CpuState.class, int.class, long.class);
  static final MethodName RUN = method(Unit.class, "run", CpuState.class, int.class, int.class);
  static final MethodName RUN_HEAD = method(Unit.class, "runHead", Unit.class, CpuState.class, int.class);
  static final MethodName CALL_INDIRECT = method(Unit.class, "callIndirect", CpuState.class, int.class);
  static final MethodName RESUME =
      method(Unit.class, "resume", CpuState.class, int.class, long.class, long.class, int.class);
  static final MethodName ENTER = method(Link.class, "enter", CpuState.class, long.class);
  static final MethodName WALK =
      method(LinearMemory.class, "walkForUnit", CpuState.class, long.class, int.class, boolean.class);
  static final MethodName WALK_FOR_LINE =
      method(LinearMemory.class, "walkForLine", CpuState.class, long.class, int.class);
  static final MethodName STORE_FLAGS =
      method(LazyFlags.class, "store", CpuState.class, int.class, long.class, long.class, long.class);
  static final MethodName KEEP_FLAGS =
      method(LazyFlags.class, "keep", CpuState.class, int.class, long.class, long.class, long.class);
  static final MethodName SYNC_FLAGS = method(LazyFlags.class, "sync", CpuState.class);
  static final MethodName CARRY =
      method(LazyFlags.class, "carry", CpuState.class, int.class, long.class, long.class, long.class);
  static final FieldName X87_STATUS = field(CpuState.class, "fsw");
  static final MethodName LOAD_EXTENDED =
      method(X87Load.class, "loadExtended", CpuState.class, int.class, long.class);
  static final MethodName STORE_EXTENDED = method(X87Store.class, "storeExtended", CpuState.class, long.class);
  static final MethodName STORE_REAL =
      method(X87Store.class, "storeReal", CpuState.class, long.class, int.class, boolean.class);
  static final MethodName STORE_INTEGER =
      method(X87Store.class, "storeInteger", CpuState.class, long.class, int.class, boolean.class, boolean.class);
  static final MethodName RECORD = method(X87Environment.class, "record", CpuState.class, int.class, long.class);
  static final MethodName RECORD_MEMORY = method(X87Environment.class, "record", CpuState.class, int.class, long.class,
      long.class, int.class);
  static final MethodName CHANGE_FLAGS =
      method(FlagChange.class, "apply", long.class, long.class, CpuState.class, int.class);
  static final MethodName DIVIDE_UNSIGNED = method(Long.class, "divideUnsigned", long.class, long.class);
  static final MethodName DIVIDE_UNSIGNED_INT = method(Integer.class, "divideUnsigned", int.class, int.class);
  static final MethodName MULTIPLY_HIGH = method(Math.class, "multiplyHigh", long.class, long.class);
  static final MethodName UNSIGNED_MULTIPLY_HIGH = method(Math.class, "unsignedMultiplyHigh", long.class, long.class);
  static final MethodName ROTATE_LEFT = method(Long.class, "rotateLeft", long.class, int.class);
  static final MethodName ROTATE_LEFT_INT = method(Integer.class, "rotateLeft", int.class, int.class);
  static final MethodName COMPARE_UNSIGNED = method(Long.class, "compareUnsigned", long.class, long.class);
  static final MethodName REVERSE_LONG = method(Long.class, "reverseBytes", long.class);
  static final MethodName REVERSE_INT = method(Integer.class, "reverseBytes", int.class);

  static final MethodName DOUBLE_BITS = method(Double.class, "doubleToRawLongBits", double.class);
  static final MethodName DOUBLE_OF_BITS = method(Double.class, "longBitsToDouble", long.class);
  static final MethodName FLOAT_OF_BITS = method(Float.class, "intBitsToFloat", int.class);
  static final MethodName SIGNS = method(PackedCompare.class, "signs", long.class, long.class);

  private Names() {}

  /** A field as bytecode names it. */
  record FieldName(String owner, String name, String descriptor) {
    void get(MethodVisitor code) {
      code.visitFieldInsn(Opcodes.GETFIELD, owner, name, descriptor);
    }

    void put(MethodVisitor code) {
      code.visitFieldInsn(Opcodes.PUTFIELD, owner, name, descriptor);
    }

    void getStatic(MethodVisitor code) {
      code.visitFieldInsn(Opcodes.GETSTATIC, owner, name, descriptor);
    }

    void putStatic(MethodVisitor code) {
      code.visitFieldInsn(Opcodes.PUTSTATIC, owner, name, descriptor);
    }
  }

  /** A method as bytecode names it. */
  record MethodName(String owner, String name, String descriptor, boolean isStatic) {
    void call(MethodVisitor code) {
      code.visitMethodInsn(isStatic ? Opcodes.INVOKESTATIC : Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
    }
  }

  static FieldName field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      return new FieldName(Type.getInternalName(owner), name, Type.getDescriptor(field.getType()));
    } catch (NoSuchFieldException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static MethodName method(Class<?> owner, String name, Class<?>... parameters) {
    try {
      return of(owner.getDeclaredMethod(name, parameters));
    } catch (NoSuchMethodException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static MethodName of(Method method) {
    return new MethodName(Type.getInternalName(method.getDeclaringClass()), method.getName(),
        Type.getMethodDescriptor(method), java.lang.reflect.Modifier.isStatic(method.getModifiers()));
  }
}
