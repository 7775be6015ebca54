package dev.hagen.decode;

/**
 * What must hold before an instruction may execute, as bits of {@link Instruction#checks}. The order of the constants
 * is the order in which the processor looks.
 */
public final class Check {
  /** Real-address and virtual-8086 mode do not know the instruction: #UD. */
  public static final int PROTECTED = 1;
  /** CR0.EM or CR0.TS: #NM; then a pending x87 exception: #MF. */
  public static final int X87 = 1 << 1;
  /** CR0.EM or CR0.TS: #NM. Pending x87 exceptions stay pending (FNINIT, FNSTSW, FXSAVE …). */
  public static final int X87_CONTROL = 1 << 2;
  /** CR0.EM or not CR4.OSFXSR: #UD; CR0.TS: #NM. */
  public static final int SSE = 1 << 3;
  /** CR0.EM: #UD; CR0.TS: #NM; then a pending x87 exception: #MF. */
  public static final int MMX = 1 << 4;
  /** CPL above 0: #GP(0). Virtual-8086 mode has CPL 3. */
  public static final int PRIVILEGED = 1 << 5;

  private Check() {}
}
