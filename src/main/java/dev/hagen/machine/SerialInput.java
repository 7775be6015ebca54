package dev.hagen.machine;

import dev.hagen.device.serial.Uart16550;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Characters on their way from the host into a serial line: any thread adds, the devices' thread takes. */
final class SerialInput {
  /** Characters that wait at most; more are lost, as on a real line. */
  private static final int CAPACITY = 1 << 16;
  private static final int BREAK = -1;

  private final Uart16550 uart;
  private final ConcurrentLinkedQueue<Integer> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  SerialInput(Uart16550 uart) {
    this.uart = uart;
    uart.setRoomListener(this::drain);
  }

  void add(int value) {
    if (size.incrementAndGet() > CAPACITY) {
      size.decrementAndGet();
      return;
    }
    queue.add(value);
  }

  void addBreak() {
    size.incrementAndGet();
    queue.add(BREAK);
  }

  /** Hands over what the line has room for. */
  void drain() {
    while (!queue.isEmpty() && uart.canReceive()) {
      int value = queue.remove();
      size.decrementAndGet();
      if (value == BREAK) {
        uart.receiveBreak();
      } else {
        uart.receive(value);
      }
    }
  }
}
