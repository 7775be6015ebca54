package dev.hagen.decode;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Why {@link Decoder} and objdump may disagree about an instruction. Whatever a processor can show in user mode was tried
 * on one (AMD family 1Ah, 64- and 32-bit code): the reasons that say "a processor" are what it did.
 */
enum ObjdumpDifference {
  /** Extensions that the model does not have: #UD. */
  NOT_IN_THE_MODEL {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.INVALID && EXTENSIONS.matcher(it.objdump()).lookingAt();
    }
  },

  /** objdump prints LOCK before anything; a processor raises #UD unless the destination is in memory and lockable. */
  LOCK_NOT_ALLOWED {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.INVALID && it.hasPrefix(0xF0) && it.isExplainedWithout(0xF0);
    }
  },

  /** Control registers 1, 5 to 7 and 9 up, debug registers 8 up, test registers, loading CS, segment registers 6 and 7. */
  NO_SUCH_REGISTER {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.INVALID && NO_REGISTER.matcher(it.objdump()).find();
    }
  },

  /** A processor raises #UD where 66, F2 or F3 is no part of these opcodes; objdump ignores them. */
  PREFIX_NOT_ALLOWED {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.INVALID && STRICT.matcher(it.objdump()).lookingAt()
          && (it.hasPrefix(0x66) || it.hasPrefix(0xF2) || it.hasPrefix(0xF3));
    }
  },

  /** Instructions that exist in 64-bit mode only. */
  ONLY_IN_64_BIT_MODE {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.INVALID && it.ours().codeSize() != 8 && ONLY_64.matcher(it.objdump()).lookingAt();
    }
  },

  /** Encodings that objdump calls bad and a processor executes: other names of documented x87 instructions, SALC. */
  UNDOCUMENTED_ENCODING {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.objdump().equals("(bad)") && Set.of(Op.FSTP, Op.FSTP_UNCHECKED, Op.FCOMP, Op.FCOM, Op.FXCH, Op.SALC).contains(it.ours().op());
    }
  },

  /** ModRM.rm of the fences is free, and prefixes before these do not matter, says a processor. */
  IGNORED_BITS {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.objdump().equals("(bad)")
          && Set.of(Op.LFENCE, Op.MFENCE, Op.SFENCE, Op.BSF, Op.BSR, Op.WBINVD, Op.VMMCALL).contains(it.ours().op());
    }
  },

  /** The decoder leaves it to the operation whether SYSENTER and SYSEXIT exist in a mode: vendors differ. */
  VENDORS_DIFFER {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.objdump().equals("(bad)") && Set.of(Op.SYSENTER, Op.SYSEXIT).contains(it.ours().op());
    }
  },

  /** Hints and bounds checks that are NOPs on processors without their extension. */
  RESERVED_NOP {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().op() == Op.NOP && NOPS.matcher(it.objdump()).lookingAt();
    }
  },

  /** Instructions that are older ones on processors without their extension, and names of old coprocessors. */
  OTHER_NAME {
    @Override
    boolean explains(ObjdumpCase it) {
      return switch (it.ours().op()) {
        case VMMCALL -> it.objdump().equals("vmgexit");
        case WBINVD -> it.objdump().equals("wbnoinvd");
        case FNOP -> Set.of("fneni(8087 only)", "fndisi(8087 only)", "fnsetpm(287 only)").contains(it.objdump());
        case INVALID -> it.objdump().equals("frstpm(287 only)");
        default -> false;
      };
    }
  },

  /** LOCK before MOV CR0 means CR8 on AMD's processors. */
  LOCK_MEANS_CR8 {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.ours().has(Instruction.Prefix.LOCK) && it.text().replace("cr8", "cr0").equals(it.objdump());
    }
  },

  /** REX.W wins over 66 (a processor: FNSTENV stores 28 bytes, JMP loads a 32-bit offset, 90 is NOP). */
  REX_W_BEFORE_66 {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.hasPrefix(0x66) && it.ours().has(Instruction.Prefix.REX_W)
          && (it.objdump().replaceFirst("^(f\\w+)w ", "$1 ").equals(it.text())
              || it.objdump().replace("DWORD", "FWORD").equals(it.text())
              || it.objdump().equals("xchg rax,rax") && it.text().equals("nop"));
    }
  },

  /** F3 with REX.B before 90 is an exchange with R8, says a processor. */
  PAUSE_WITH_REX_B {
    @Override
    boolean explains(ObjdumpCase it) {
      return it.objdump().equals("pause") && it.ours().op() == Op.XCHG;
    }
  },

  /** objdump confuses the register files of these two when there are redundant prefixes. */
  MMX_NAMED_XMM {
    @Override
    boolean explains(ObjdumpCase it) {
      return Set.of(Op.MOVQ2DQ, Op.MOVDQ2Q).contains(it.ours().op())
          && it.objdump().equals(it.text().replaceFirst("\\bmm", "xmm"));
    }
  },

  /** DS before an indirect branch is NOTRACK for objdump, which then does not show it in the operand. */
  NOTRACK {
    @Override
    boolean explains(ObjdumpCase it) {
      return Set.of(Op.CALL, Op.JMP).contains(it.ours().op()) && it.hasPrefix(0x3E)
          && it.objdump().equals(it.text().replaceFirst("[c-gs]s:", ""));
    }
  };

  private static final Pattern EXTENSIONS = Pattern.compile("(v|k[a-z]|aes|sha|enc|"
      + "gf2|xbegin|xabort|xend|xtest|adcx|adox|aadd|aand|aor|axor|extrq|insertq|movntss|movntsd|pclmul|"
      + "bndmov|tile|monitorx|mwaitx|clzero|rdpru|mcommit|pconfig|serialize|movdir|enqcmd|inv[ev]pid|invept|invlpgb|"
      + "tlbsync|pvalidate|psmash|rmp|getsec|femms|pf|pi2f|pmulhrw|pavgusb|pswapd|rdpkru|wrpkru|x(sus|res)ldtrk|wruss|"
      + "wrss|incssp|rstorssp|saveprevssp|setssbsy|clrssbsy|umonitor|umwait|tpause|uiret|testui|clui|stui|senduipi|"
      + "ptwrite|hreset|xstore|xcrypt|xsha|montmul|seam|tdcall|loadiwkey|rdmsrlist|wrmsrlist|wrmsrns|cmp\\w+xadd|andn|"
      + "bextr|blc|bls|tzmsk|t1mskc|bzhi|mulx|pdep|pext |rorx|sarx|shlx|shrx|lwp|llwp|slwp|rdpid)");
  private static final Pattern NO_REGISTER =
      Pattern.compile("cr([1567]|9|1[0-5])|[dt]b?r(8|9|1[0-5])|\\btr[0-7]|mov cs,|\\?");
  private static final Pattern STRICT =
      Pattern.compile("(fx|xsave|xrstor|ldmxcsr|stmxcsr|[lms]fence|pmovmskb|x[gs]etbv|clac|stac)");
  private static final Pattern ONLY_64 = Pattern.compile("(rd|wr)[fg]sbase|swapgs");
  private static final Pattern NOPS = Pattern.compile("bnd|cldemote|prefetchit|rdssp|\\(bad\\)");

  /** Whether this is why the two disagree. */
  abstract boolean explains(ObjdumpCase it);
}
