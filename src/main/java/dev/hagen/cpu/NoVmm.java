package dev.hagen.cpu;

/** The calls of a processor that nothing surrounds: no ports, no model-specific registers, no time. */
public final class NoVmm implements VmmCalls {
  @Override
  public long readPort(int port, int size) {
    return -1L >>> 64 - 8 * size;
  }

  @Override
  public void writePort(int port, long value, int size) {}

  @Override
  public long readMsr(CpuState cpu, int index) {
    throw cpu.generalProtection(0);
  }

  @Override
  public void writeMsr(CpuState cpu, int index, long value) {
    throw cpu.generalProtection(0);
  }

  @Override
  public long timestamp(CpuState cpu) {
    return 0;
  }

  @Override
  public long readCr8(CpuState cpu) {
    return 0;
  }

  @Override
  public void writeCr8(CpuState cpu, long value) {}

  @Override
  public void halt(CpuState cpu) {
    cpu.halted = true;
    cpu.leaveBlock = true;
  }

  @Override
  public void pause(CpuState cpu) {}

  @Override
  public long random() {
    return 0;
  }

  @Override
  public long hypercall(CpuState cpu, long number, long first, long second) {
    throw cpu.undefinedOpcode();
  }

  @Override
  public void signalFpuError(CpuState cpu) {}
}
