package dev.hagen.decode;

import static dev.hagen.decode.Extension.SSE4_1;
import static dev.hagen.decode.Extension.SSE4_2;
import static dev.hagen.decode.Extension.SSSE3;
import static dev.hagen.decode.Form.*;
import static dev.hagen.decode.Op.*;
import static dev.hagen.decode.Row.np;
import static dev.hagen.decode.Row.p66;
import static dev.hagen.decode.Row.pF2;
import static dev.hagen.decode.Row.row;
import static dev.hagen.decode.Size.*;

/**
 * Opcodes of the map 0F 38 (SDM vol. 2D table A-4). Checks follow from the operands: {@link Row}.
 */
final class Table0F38 {
  // @formatter:off
  static final Row[] ROWS = {
    np(0x00,  PSHUFB,     P(), Q()).needs(SSSE3),
    p66(0x00, PSHUFB,     V(dq), W(dq)).needs(SSSE3),
    np(0x01,  PHADDW,     P(), Q()).needs(SSSE3),
    p66(0x01, PHADDW,     V(dq), W(dq)).needs(SSSE3),
    np(0x02,  PHADDD,     P(), Q()).needs(SSSE3),
    p66(0x02, PHADDD,     V(dq), W(dq)).needs(SSSE3),
    np(0x03,  PHADDSW,    P(), Q()).needs(SSSE3),
    p66(0x03, PHADDSW,    V(dq), W(dq)).needs(SSSE3),
    np(0x04,  PMADDUBSW,  P(), Q()).needs(SSSE3),
    p66(0x04, PMADDUBSW,  V(dq), W(dq)).needs(SSSE3),
    np(0x05,  PHSUBW,     P(), Q()).needs(SSSE3),
    p66(0x05, PHSUBW,     V(dq), W(dq)).needs(SSSE3),
    np(0x06,  PHSUBD,     P(), Q()).needs(SSSE3),
    p66(0x06, PHSUBD,     V(dq), W(dq)).needs(SSSE3),
    np(0x07,  PHSUBSW,    P(), Q()).needs(SSSE3),
    p66(0x07, PHSUBSW,    V(dq), W(dq)).needs(SSSE3),
    np(0x08,  PSIGNB,     P(), Q()).needs(SSSE3),
    p66(0x08, PSIGNB,     V(dq), W(dq)).needs(SSSE3),
    np(0x09,  PSIGNW,     P(), Q()).needs(SSSE3),
    p66(0x09, PSIGNW,     V(dq), W(dq)).needs(SSSE3),
    np(0x0A,  PSIGND,     P(), Q()).needs(SSSE3),
    p66(0x0A, PSIGND,     V(dq), W(dq)).needs(SSSE3),
    np(0x0B,  PMULHRSW,   P(), Q()).needs(SSSE3),
    p66(0x0B, PMULHRSW,   V(dq), W(dq)).needs(SSSE3),
    p66(0x10, PBLENDVB,   V(dq), W(dq)).needs(SSE4_1),
    p66(0x14, BLENDVPS,   V(dq), W(dq)).needs(SSE4_1),
    p66(0x15, BLENDVPD,   V(dq), W(dq)).needs(SSE4_1),
    p66(0x17, PTEST,      V(dq), W(dq)).needs(SSE4_1),
    np(0x1C,  PABSB,      P(), Q()).needs(SSSE3),
    p66(0x1C, PABSB,      V(dq), W(dq)).needs(SSSE3),
    np(0x1D,  PABSW,      P(), Q()).needs(SSSE3),
    p66(0x1D, PABSW,      V(dq), W(dq)).needs(SSSE3),
    np(0x1E,  PABSD,      P(), Q()).needs(SSSE3),
    p66(0x1E, PABSD,      V(dq), W(dq)).needs(SSSE3),
    p66(0x20, PMOVSXBW,   V(dq), W(q)).needs(SSE4_1),
    p66(0x21, PMOVSXBD,   V(dq), W(d)).needs(SSE4_1),
    p66(0x22, PMOVSXBQ,   V(dq), W(w)).needs(SSE4_1),
    p66(0x23, PMOVSXWD,   V(dq), W(q)).needs(SSE4_1),
    p66(0x24, PMOVSXWQ,   V(dq), W(d)).needs(SSE4_1),
    p66(0x25, PMOVSXDQ,   V(dq), W(q)).needs(SSE4_1),
    p66(0x28, PMULDQ,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x29, PCMPEQQ,    V(dq), W(dq)).needs(SSE4_1),
    p66(0x2A, MOVNTDQA,   V(dq), M(dq)).needs(SSE4_1),
    p66(0x2B, PACKUSDW,   V(dq), W(dq)).needs(SSE4_1),
    p66(0x30, PMOVZXBW,   V(dq), W(q)).needs(SSE4_1),
    p66(0x31, PMOVZXBD,   V(dq), W(d)).needs(SSE4_1),
    p66(0x32, PMOVZXBQ,   V(dq), W(w)).needs(SSE4_1),
    p66(0x33, PMOVZXWD,   V(dq), W(q)).needs(SSE4_1),
    p66(0x34, PMOVZXWQ,   V(dq), W(d)).needs(SSE4_1),
    p66(0x35, PMOVZXDQ,   V(dq), W(q)).needs(SSE4_1),
    p66(0x37, PCMPGTQ,    V(dq), W(dq)).needs(SSE4_2),
    p66(0x38, PMINSB,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x39, PMINSD,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3A, PMINUW,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3B, PMINUD,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3C, PMAXSB,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3D, PMAXSD,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3E, PMAXUW,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x3F, PMAXUD,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x40, PMULLD,     V(dq), W(dq)).needs(SSE4_1),
    p66(0x41, PHMINPOSUW, V(dq), W(dq)).needs(SSE4_1),
    p66(0x82, INVPCID,    G(r), M(dq)).unaligned().needs(Extension.INVPCID).check(Check.PRIVILEGED),
    row(0xF0, MOVBE,      G(v), M(v)).noRepeat().needs(Extension.MOVBE),
    pF2(0xF0, CRC32,      G(y), E(b)).needs(SSE4_2),
    row(0xF1, MOVBE,      M(v), G(v)).noRepeat().needs(Extension.MOVBE),
    pF2(0xF1, CRC32,      G(y), E(v)).needs(SSE4_2),
  };
  // @formatter:on

  private Table0F38() {}
}
