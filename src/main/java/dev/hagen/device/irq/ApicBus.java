package dev.hagen.device.irq;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The bus between the local APICs and the I/O APIC of a machine, and the target of message-signalled interrupts. */
public final class ApicBus implements InterruptBus {
  private final List<LocalApic> apics = new ArrayList<>();
  private final List<IntConsumer> endListeners = new ArrayList<>();
  /** Where the search for the next receiver of a lowest-priority interrupt begins. */
  private int turn;

  void attach(LocalApic apic) {
    apics.add(apic);
  }

  /** Adds one who is told the vector of each level-triggered interrupt that ends. */
  public void onEndOfInterrupt(IntConsumer listener) {
    endListeners.add(listener);
  }

  void endOfInterrupt(int vector) {
    for (IntConsumer listener : endListeners) {
      listener.accept(vector);
    }
  }

  @Override
  public boolean deliver(InterruptMessage message) {
    if (message.mode() == DeliveryMode.LOWEST_PRIORITY) {
      return deliverLowest(message);
    }
    boolean accepted = false;
    for (LocalApic apic : apics) {
      if (apic.matches(message)) {
        accepted |= apic.accept(message);
      }
    }
    return accepted;
  }

  /** Gives the message to the one of its destinations that has the lowest priority; to each in turn among equals. */
  private boolean deliverLowest(InterruptMessage message) {
    LocalApic best = null;
    int bestIndex = 0;
    for (int i = 0; i < apics.size(); i++) {
      int index = (turn + i) % apics.size();
      LocalApic apic = apics.get(index);
      boolean candidate = apic.matches(message) && apic.takesFixed();
      if (candidate && (best == null || apic.processorPriority() < best.processorPriority())) {
        best = apic;
        bestIndex = index;
      }
    }
    if (best == null) {
      return false;
    }
    turn = bestIndex + 1;
    return best.accept(message);
  }

  /** Gives the message to all but {@code except}, whatever its destination says. */
  void broadcast(InterruptMessage message, @Nullable LocalApic except) {
    for (LocalApic apic : apics) {
      if (apic != except) {
        apic.accept(message);
      }
    }
  }

  /**
   * A message-signalled interrupt: a device writes {@code data} to {@code address} in FEE0_0000h to FEEF_FFFFh (SDM
   * vol. 3A 10.11). Whether a local APIC accepted it.
   */
  public boolean deliverMessageSignalled(long address, int data) {
    boolean logical = (address & 4) != 0;
    boolean level = (data & 0x8000) != 0;
    return deliver(new InterruptMessage(
        (int) (address >> 12) & 0xFF, logical, false, DeliveryMode.of(data >> 8), data & 0xFF, level));
  }
}
