package dev.hagen.decode;

import static dev.hagen.decode.Extension.SSE4_1;
import static dev.hagen.decode.Extension.SSE4_2;
import static dev.hagen.decode.Extension.SSSE3;
import static dev.hagen.decode.Form.*;
import static dev.hagen.decode.Op.*;
import static dev.hagen.decode.Row.np;
import static dev.hagen.decode.Row.p66;
import static dev.hagen.decode.Size.*;

/**
 * Opcodes of the map 0F 3A (SDM vol. 2D table A-5). Checks follow from the operands: {@link Row}.
 */
final class Table0F3A {
  // @formatter:off
  static final Row[] ROWS = {
    p66(0x08, ROUNDPS,    V(ps), W(ps), I(b)).needs(SSE4_1),
    p66(0x09, ROUNDPD,    V(pd), W(pd), I(b)).needs(SSE4_1),
    p66(0x0A, ROUNDSS,    V(ss), W(ss), I(b)).needs(SSE4_1),
    p66(0x0B, ROUNDSD,    V(sd), W(sd), I(b)).needs(SSE4_1),
    p66(0x0C, BLENDPS,    V(ps), W(ps), I(b)).needs(SSE4_1),
    p66(0x0D, BLENDPD,    V(pd), W(pd), I(b)).needs(SSE4_1),
    p66(0x0E, PBLENDW,    V(dq), W(dq), I(b)).needs(SSE4_1),
    np(0x0F,  PALIGNR,    P(), Q(), I(b)).needs(SSSE3),
    p66(0x0F, PALIGNR,    V(dq), W(dq), I(b)).needs(SSSE3),
    p66(0x14, PEXTRB,     E(d, b), V(dq), I(b)).needs(SSE4_1),
    p66(0x15, PEXTRW,     E(d, w), V(dq), I(b)).needs(SSE4_1),
    p66(0x16, PEXTRD,     E(y), V(dq), I(b)).needs(SSE4_1),
    p66(0x17, EXTRACTPS,  E(d), V(ps), I(b)).needs(SSE4_1),
    p66(0x20, PINSRB,     V(dq), E(d, b), I(b)).needs(SSE4_1),
    p66(0x21, INSERTPS,   V(ps), W(ps, ss), I(b)).needs(SSE4_1),
    p66(0x22, PINSRD,     V(dq), E(y), I(b)).needs(SSE4_1),
    p66(0x40, DPPS,       V(ps), W(ps), I(b)).needs(SSE4_1),
    p66(0x41, DPPD,       V(pd), W(pd), I(b)).needs(SSE4_1),
    p66(0x42, MPSADBW,    V(dq), W(dq), I(b)).needs(SSE4_1),
    p66(0x60, PCMPESTRM,  V(dq), W(dq), I(b)).unaligned().needs(SSE4_2),
    p66(0x61, PCMPESTRI,  V(dq), W(dq), I(b)).unaligned().needs(SSE4_2),
    p66(0x62, PCMPISTRM,  V(dq), W(dq), I(b)).unaligned().needs(SSE4_2),
    p66(0x63, PCMPISTRI,  V(dq), W(dq), I(b)).unaligned().needs(SSE4_2),
  };
  // @formatter:on

  private Table0F3A() {}
}
