/**
 * What every operation does: one static method each, in a class per family, found by its {@link Semantics} annotation.
 *
 * <h2>Shapes</h2>
 *
 * A semantic method has one of these shapes. Values are {@code long}, arrive zero-extended to 64 bits from
 * {@code size} bytes (immediates and branch distances sign-extended as the instruction demands), and only the low
 * {@code size} bytes of a result count. {@code size} is that of the first operand. Whoever calls loads operands in order
 * (only those that the operation reads) and writes a result to the first operand if its {@link
 * dev.hagen.decode.Op#access() access} says so; a memory destination has been checked for writing before the method
 * runs, so the method may set flags and registers at once.
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><th>signature</th><th>for</th></tr>
 * <tr><td>{@code void f(CpuState)}</td><td>no explicit operand: CLC, CBW is sized and therefore whole</td></tr>
 * <tr><td>{@code long f(CpuState, long a, int size)}</td><td>one value in, one out: NOT, BSWAP, POPCNT</td></tr>
 * <tr><td>{@code long f(CpuState, long a, long b, int size)}</td><td>ADD; scalars of XMM registers: ADDSD</td></tr>
 * <tr><td>{@code long f(CpuState, long a, long b, long c, int size)}</td><td>SHLD</td></tr>
 * <tr><td>{@code void f(CpuState, long a, int size)}</td><td>a value in, implied results: MUL, FADD m64</td></tr>
 * <tr><td>{@code void f(CpuState, long a, long b, int size)}</td><td>CMP, TEST, COMISD</td></tr>
 * <tr><td>{@code long f(CpuState, int size)}</td><td>a value out: FST m64, SMSW, RDRAND</td></tr>
 * <tr><td>{@code long f(long a, long b)}</td><td>a packed operation on eight bytes: PADDB; applied to an MMX register
 * once and to each half of an XMM register; an operand that is no XMM register (an immediate or eight-byte shift count)
 * is {@code b} for both halves</td></tr>
 * <tr><td>{@code long f(CpuState, long a, long b)}</td><td>the same with access to MXCSR: ADDPS</td></tr>
 * <tr><td>{@code void f(CpuState, int destination, int source)}</td><td>whole registers by number: XMM ({@link
 * dev.hagen.cpu.CpuState#TEMPORARY_XMM} for memory) or ST(i): PSHUFB, FADD st, st(i)</td></tr>
 * <tr><td>{@code void f(CpuState, int destination, int source, int immediate)}</td><td>PSHUFD</td></tr>
 * <tr><td>{@code void f(CpuState, int register)}</td><td>one ST(i): FFREE</td></tr>
 * <tr><td>{@code void f(CpuState, int destination, long value, int immediate)}</td><td>PINSRW, CVTPI2PS (0), PSLLDQ (the value is the count)</td></tr>
 * <tr><td>{@code long f(CpuState, int source, int immediate)}</td><td>PEXTRW, MOVMSKPS (0)</td></tr>
 * <tr><td>{@code void f(CpuState, Instruction)}</td><td>whole instructions, which access their operands themselves
 * ({@link dev.hagen.semantics.Operands}): control transfers, strings, segment loads, state images</td></tr>
 * </table>
 *
 * <p>An operation on both MMX and XMM registers may have two methods. An XMM destination then takes the one for whole
 * registers if the source is an XMM register or memory (PSLLW by a register), else the one on eight bytes (PSLLW by an
 * immediate); an MMX destination takes the one on values or on eight bytes, with an immediate as the last value (PALIGNR).
 * {@link dev.hagen.semantics.SseExceptions} says what the caller owes to operations that may raise #XM.
 *
 * <p>A method raises a fault with {@code throw cpu.raise(…)} and then must not have changed anything; while it runs
 * {@code cpu.rip} is the next instruction's address, and whoever catches the fault puts it back.
 */
@NullMarked
package dev.hagen.semantics;

import org.jspecify.annotations.NullMarked;
