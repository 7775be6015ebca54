package dev.hagen.semantics;

import static dev.hagen.cpu.CpuState.CARRY_AUX;
import static dev.hagen.cpu.CpuState.CARRY_IN;
import static dev.hagen.cpu.CpuState.CARRY_OUT;

import dev.hagen.cpu.CpuState;

/**
 * What general-purpose instructions leave where the manuals say "undefined". The model is an AMD Zen 5 (family 1Ah);
 * each rule was inferred from, and holds for, some ten thousand random executions on one.
 *
 * <table>
 * <caption>Flags and results that the manuals leave open</caption>
 * <tr><th>operation</th><th>rule</th></tr>
 * <tr><td>AND, OR, XOR, TEST</td><td>AF cleared</td></tr>
 * <tr><td>SHL, SHR, SAR, SHLD, SHRD, count not 0</td><td>AF set</td></tr>
 * <tr><td>SHL, ROL, RCL, any count but 0</td><td>OF = most significant bit of the result xor CF</td></tr>
 * <tr><td>SHR, SAR, ROR, RCR, SHRD, any count but 0</td><td>OF = the two most significant bits of the result, xor-ed
 * (so 0 for SAR, and for SHR by more than 1)</td></tr>
 * <tr><td>SHL, SHR by more than the operand has bits</td><td>result 0, CF cleared; SAR: result and CF are the sign</td>
 * </tr>
 * <tr><td>ROL, ROR by a multiple of the operand's width but 0; RCL, RCR by a multiple of width + 1 but 0</td><td>the
 * operand stays; CF and OF as after any other count</td></tr>
 * <tr><td>SHLD</td><td>OF = most significant bit of the shifted destination (without what came in from the source) xor
 * CF</td></tr>
 * <tr><td>SHLD, SHRD of 16 bits by 17 to 31</td><td>result = source rotated by count - 16; CF cleared; SHLD clears
 * OF</td></tr>
 * <tr><td>MUL, IMUL</td><td>SF, ZF, AF, PF unchanged</td></tr>
 * <tr><td>DIV, IDIV</td><td>CF, OF unchanged; AF set; SF, ZF, PF cleared</td></tr>
 * <tr><td>BT, BTS, BTR, BTC</td><td>all but CF unchanged</td></tr>
 * <tr><td>BSF, BSR of 0</td><td>destination unchanged, its upper half too; ZF, PF set; CF, OF, SF, AF cleared</td></tr>
 * <tr><td>BSF, BSR otherwise</td><td>PF by the result; CF, OF, SF, AF cleared</td></tr>
 * <tr><td>TZCNT, LZCNT</td><td>OF unchanged; SF, AF, PF cleared</td></tr>
 * <tr><td>AAA, AAS</td><td>OF, SF, ZF and PF as of the 16-bit addition to (subtraction from) AX of 106h, or of 0 if
 * nothing is adjusted, before AL loses its high nibble</td></tr>
 * <tr><td>AAM</td><td>CF, OF, AF cleared</td></tr>
 * <tr><td>AAD</td><td>CF, OF, AF as of the 8-bit addition of AL and the low byte of AH × base</td></tr>
 * <tr><td>DAA, DAS</td><td>OF as of the addition to (subtraction from) AL of the whole correction</td></tr>
 * <tr><td>CMPXCHG r32, r32 that fails</td><td>the destination is not written, its upper half stays; RAX's is
 * cleared</td></tr>
 * <tr><td>POPA that faults</td><td>registers popped before stay popped, RSP does not move</td></tr>
 * <tr><td>CALL whose push and target both fault</td><td>the push's fault is raised</td></tr>
 * <tr><td>ENTER with 32-bit operands on a 16-bit stack</td><td>the frame pointer's upper half is that of ESP</td></tr>
 * <tr><td>BSWAP r16</td><td>the low 16 bits are cleared</td></tr>
 * </table>
 *
 * <p>One behaviour of that processor is not followed, because the manuals leave nothing open there: REP MOVS with 16-bit
 * addresses takes overlapping operands for disjoint ones if the upper halves of ESI and EDI differ, and then does not
 * repeat what it has just written.
 */
final class UndefinedFlags {
  /** AF after a shift, as in {@link CpuState#flagCarries}. */
  static final long AF_AFTER_SHIFT = CARRY_AUX;

  private UndefinedFlags() {}

  /** After DIV and IDIV. */
  static void division(CpuState cpu) {
    cpu.flagResult = 1;
    cpu.flagCarries = cpu.flagCarries & (CARRY_OUT | CARRY_IN) | CARRY_AUX;
  }

  /** After BSF and BSR that found bit {@code index}. */
  static void bitFound(CpuState cpu, long index) {
    // ZF must stay clear for index 0 while PF is that of the low byte.
    cpu.flagResult = index | 0x100;
    cpu.flagCarries = 0;
  }

  /** After BSF and BSR of zero. */
  static void bitNotFound(CpuState cpu) {
    cpu.flagResult = 0;
    cpu.flagCarries = 0;
  }

  /**
   * After TZCNT and LZCNT.
   *
   * @param none whether the source was zero
   */
  static void zeroCount(CpuState cpu, long count, boolean none) {
    boolean overflow = cpu.of();
    long carries = none ? CARRY_OUT | CARRY_IN : 0;
    carries ^= overflow ? CARRY_IN : 0;
    // A result of 1 has PF clear; for ZF the result must be 0, so its parity has to be turned round.
    cpu.flagResult = count == 0 ? 0 : 1;
    cpu.flagCarries = count == 0 ? carries | 1 << 8 : carries;
  }

  /** After POPCNT: defined, but only ZF is ever set. */
  static void populationCount(CpuState cpu, long count) {
    cpu.flagResult = count == 0 ? 0 : 1;
    cpu.flagCarries = count == 0 ? 1 << 8 : 0;
  }
}
