package dev.hagen.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuModelTest {
  private static final int EAX = 0;
  private static final int EBX = 1;
  private static final int ECX = 2;
  private static final int EDX = 3;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 16);
  /** Whether the local APIC is on; nothing else do the processors ask for. */
  private boolean apicEnabled = true;

  @AfterEach
  void close() {
    memory.close();
  }

  private CpuState cpu(String model) {
    VmmCalls vmm = (VmmCalls) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {VmmCalls.class},
        (proxy, method, arguments) -> apicEnabled);
    return new CpuState(CpuModel.named(model), memory, vmm);
  }

  private static int[] cpuid(CpuState cpu, int leaf, int subleaf) {
    cpu.gpr[Reg.RAX] = leaf;
    cpu.gpr[Reg.RCX] = subleaf;
    Cpuid.answer(cpu);
    return new int[] {(int) cpu.gpr[Reg.RAX], (int) cpu.gpr[Reg.RBX], (int) cpu.gpr[Reg.RCX], (int) cpu.gpr[Reg.RDX]};
  }

  @Test
  void defaultModel_isFamily19h() {
    CpuState cpu = cpu("hagen");
    assertEquals(0x00A0_0F11, cpuid(cpu, 1, 0)[EAX]);
    assertEquals(0x00A0_0F11, cpuid(cpu, 0x8000_0001, 0)[EAX]);
    assertEquals(0x6974_6E65, cpuid(cpu, 0, 0)[EDX]);
    assertEquals(0x8000_0021, cpuid(cpu, 0x8000_0000, 0)[EAX]);
  }

  @Test
  void defaultModel_announcesAutomaticIbrsAndWhatCannotHappen() {
    int[] leaf = cpuid(cpu("hagen"), 0x8000_0021, 0);
    assertEquals(1 << 8 | 1 << 29, leaf[EAX] & (1 << 8 | 1 << 29));
    assertEquals(6, leaf[ECX]);
  }

  @Test
  void defaultModel_hidesSmapAndSvm() {
    CpuState cpu = cpu("hagen");
    assertEquals(0, cpuid(cpu, 7, 0)[EBX] & 1 << 20);
    assertEquals(0, cpuid(cpu, 0x8000_0001, 0)[ECX] & 1 << 2);
    assertEquals(1 << 9, cpuid(cpu, 7, 0)[EBX] & 1 << 9);
    assertEquals(1 << 4, cpuid(cpu, 7, 0)[EDX] & 1 << 4);
  }

  @Test
  void osxsave_followsCr4() {
    CpuState cpu = cpu("hagen");
    assertEquals(0, cpuid(cpu, 1, 0)[ECX] & 1 << 27);
    cpu.cr4 = Control.CR4_OSXSAVE;
    assertEquals(1 << 27, cpuid(cpu, 1, 0)[ECX] & 1 << 27);
    cpu.cr4 = 0;
    assertEquals(0, cpuid(cpu, 1, 0)[ECX] & 1 << 27);
  }

  @Test
  void apicBit_followsTheApicsBase() {
    CpuState cpu = cpu("hagen");
    assertEquals(1 << 9, cpuid(cpu, 1, 0)[EDX] & 1 << 9);
    apicEnabled = false;
    assertEquals(0, cpuid(cpu, 1, 0)[EDX] & 1 << 9);
    apicEnabled = true;
    assertEquals(1 << 9, cpuid(cpu, 1, 0)[EDX] & 1 << 9);
  }

  @Test
  void syscallBit_followsTheModeOnIntel() {
    CpuState cpu = cpu("max-intel");
    assertEquals(0, cpuid(cpu, 0x8000_0001, 0)[EDX] & 1 << 11);
    cpu.efer = Control.EFER_LMA;
    cpu.segment[Reg.CS].attributes |= SegmentRegister.L;
    cpu.updateContext();
    assertEquals(1 << 11, cpuid(cpu, 0x8000_0001, 0)[EDX] & 1 << 11);
  }

  @Test
  void subleaves_areToldApart_andFeaturesAreTheModels() {
    CpuState cpu = cpu("hagen");
    int[] first = cpuid(cpu, 0xD, 0);
    assertEquals(7, cpuid(cpu, 0xD, 1)[EAX]);
    assertArrayEquals(first, cpuid(cpu, 0xD, 0));
    assertEquals(1 << 20, cpuid(cpu("hagen,+smap"), 7, 0)[EBX] & 1 << 20);
  }

  @Test
  void amd_repeatsBasicFeaturesInExtendedLeaf() {
    int[] leaf = cpuid(cpu("hagen"), 0x8000_0001, 0);
    assertEquals(1 << 29 | 1 << 27 | 1 << 26 | 1 << 20 | 1 << 11, leaf[EDX] & 0x2C10_0800);
    assertEquals(1 << 24 | 1, leaf[EDX] & (1 << 24 | 1));
  }

  @Test
  void addresses_have40And48Bits() {
    assertEquals(0x3028, cpuid(cpu("hagen"), 0x8000_0008, 0)[EAX]);
  }

  @Test
  void missingLeaf_isZeroOnAmd_lastBasicLeafOnIntel() {
    assertEquals(0, cpuid(cpu("hagen"), 0x1234, 0)[EAX]);
    assertEquals(0x686, cpuid(cpu("pentium3"), 1, 0)[EAX]);
    assertEquals(0x0302_0101, cpuid(cpu("pentium3"), 0x1234, 0)[EAX]);
  }

  @Test
  void hypervisor_isKvmsInterface() {
    CpuState cpu = cpu("hagen");
    assertArrayEquals(new int[] {0x4000_0001, 0x4B4D_564B, 0x564B_4D56, 0x4D}, cpuid(cpu, 0x4000_0000, 0));
    assertArrayEquals(new int[] {1 << 24 | 1 << 7 | 1 << 6 | 1 << 3 | 1 << 1 | 1, 0, 0, 0}, cpuid(cpu, 0x4000_0001, 7));
    assertArrayEquals(new int[4], cpuid(cpu, 0x4000_0002, 0));
    assertEquals(1 << 31, cpuid(cpu, 1, 0)[ECX] & 1 << 31);
  }

  @Test
  void hypervisor_isThereOnIntelToo() {
    assertEquals(0x4B4D_564B, cpuid(cpu("intel-v2"), 0x4000_0000, 0)[EBX]);
    assertEquals(0x0302_0101, cpuid(cpu("pentium3,-hypervisor"), 0x4000_0000, 0)[EAX]);
  }

  @Test
  void withoutHypervisor_nothingOfItIsAnnounced() {
    CpuState cpu = cpu("hagen,-hypervisor,+kvmclock");
    assertArrayEquals(new int[4], cpuid(cpu, 0x4000_0000, 0));
    assertArrayEquals(new int[4], cpuid(cpu, 0x4000_0001, 0));
    assertEquals(0, cpuid(cpu, 1, 0)[ECX] & 1 << 31);
    assertFalse(cpu.model.has(Feature.KVMCLOCK));
  }

  @Test
  void paravirtualization_switchedOnAndOff_isThatOfTheModel() {
    CpuModel off = CpuModel.standard().withParavirtualization(false);
    assertFalse(off.has(Feature.HYPERVISOR));
    assertFalse(off.has(Feature.KVM_PV_EOI));
    assertTrue(off.withParavirtualization(true).has(Feature.KVM_PV_EOI));
    CpuModel part = CpuModel.named("hagen,-kvm-pv-eoi").withParavirtualization(true);
    assertFalse(part.has(Feature.KVM_PV_EOI));
    assertTrue(part.has(Feature.KVMCLOCK));
  }

  @Test
  void extendedState_isThatOfX87AndSse() {
    CpuState cpu = cpu("hagen");
    int[] leaf = cpuid(cpu, 0xD, 0);
    assertEquals(3, leaf[EAX]);
    assertEquals(576, leaf[EBX]);
    assertEquals(576, leaf[ECX]);
    assertEquals(7, cpuid(cpu, 0xD, 1)[EAX]);
  }

  @Test
  void topology_isOneThread() {
    CpuState cpu = cpu("hagen");
    assertEquals(1, cpuid(cpu, 0xB, 0)[EBX]);
    assertEquals(0x100, cpuid(cpu, 0xB, 0)[ECX]);
    assertEquals(0x201, cpuid(cpu, 0xB, 1)[ECX]);
    assertEquals(2, cpuid(cpu, 0xB, 2)[ECX]);
  }

  @Test
  void brand_isReadable() {
    assertEquals(0x6567_6148, cpuid(cpu("hagen"), 0x8000_0002, 0)[EAX]);
  }

  @Test
  void specification_addsAndRemovesFeatures() {
    CpuModel model = CpuModel.named("hagen,+smap,-rdrand,sse4.2=off");
    assertTrue(model.has(Feature.SMAP));
    assertFalse(model.has(Feature.RDRAND));
    assertFalse(model.has(Feature.SSE4_2));
    assertEquals(Control.CR4_SMAP, model.cr4Bits() & Control.CR4_SMAP);
    assertEquals(0, CpuModel.standard().cr4Bits() & Control.CR4_SMAP);
  }

  @Test
  void unknownModel_namesTheKnownOnes() {
    String message = assertThrows(IllegalArgumentException.class, () -> CpuModel.named("z80")).getMessage();
    assertEquals("There is no processor model 'z80' (-cpu); choose one of hagen, intel-v2, max, max-intel, pentium3.",
        message);
  }

  @Test
  void unknownFeature_isNamed() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> CpuModel.named("hagen,+avx512f")).getMessage();
    assertEquals("This machine has no processor feature 'avx512f' (-cpu).", message);
  }
}
