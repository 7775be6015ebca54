package dev.hagen.device.irq;

/**
 * The interrupts of a local APIC that wait or are in service, and the priorities between them (SDM vol. 3A 10.8.3, 4).
 *
 * <p>The end of an interrupt is offered to the guest through an {@link EndOfInterruptFlag} when nothing else waits: then
 * nobody has to know at once when it comes. As soon as something asks what is in service, or another interrupt waits, the
 * offer is withdrawn, and the guest writes EOI as ever.
 */
final class VectorQueue {
  private final VectorSet requested = new VectorSet();
  private final VectorSet inService = new VectorSet();
  private final VectorSet levelTriggered = new VectorSet();
  private EndOfInterruptFlag flag = EndOfInterruptFlag.NONE;
  /** The guest may end the highest vector in service through the flag; no vector is requested then. */
  private boolean offered;
  private int taskPriority;

  void setFlag(EndOfInterruptFlag newFlag) {
    withdraw();
    flag = newFlag;
  }

  void clear() {
    withdraw();
    requested.clear();
    inService.clear();
    levelTriggered.clear();
    taskPriority = 0;
  }

  /** TPR. */
  int taskPriority() {
    return taskPriority;
  }

  void setTaskPriority(int value) {
    taskPriority = value & 0xFF;
  }

  /** Takes the offer back, if there is one; if the guest has made use of it the interrupt has ended. */
  void withdraw() {
    if (offered) {
      offered = false;
      if (flag.withdraw()) {
        inService.set(inService.highest(), false);
      }
    }
  }

  void request(int vector, boolean level) {
    withdraw();
    levelTriggered.set(vector, level);
    requested.set(vector, true);
  }

  /** The highest requested vector if its class is above the processor priority, else -1. */
  int deliverable() {
    int vector = requested.highest();
    return vector >= 0 && vector >> 4 > priority() >> 4 ? vector : -1;
  }

  /** Puts the deliverable vector into service and returns it; -1 if there is none. */
  int acknowledge() {
    int vector = deliverable();
    if (vector >= 0) {
      requested.set(vector, false);
      inService.set(vector, true);
      offered = requested.highest() < 0 && !levelTriggered.get(vector) && flag.offer();
    }
    return vector;
  }

  /** Ends the highest vector in service and returns it; -1 if there is none. */
  int end() {
    withdraw();
    int vector = inService.highest();
    if (vector >= 0) {
      inService.set(vector, false);
    }
    return vector;
  }

  boolean isLevelTriggered(int vector) {
    return levelTriggered.get(vector);
  }

  /** PPR: the higher of task priority and the class in service. */
  int processorPriority() {
    withdraw();
    return priority();
  }

  private int priority() {
    int serving = Math.max(0, inService.highest());
    return taskPriority >> 4 >= serving >> 4 ? taskPriority : serving & 0xF0;
  }

  /** APR: as PPR, with the class that asks. */
  int arbitrationPriority() {
    withdraw();
    int asking = Math.max(0, requested.highest()) >> 4;
    int serving = Math.max(0, inService.highest()) >> 4;
    int task = taskPriority >> 4;
    return task >= asking && task > serving ? taskPriority : Math.max(Math.max(task, asking), serving) << 4;
  }

  /** Doubleword {@code index}, 0 to 23, of ISR, TMR and IRR in this order. */
  int word(int index) {
    withdraw();
    VectorSet set = index < 8 ? inService : index < 16 ? levelTriggered : requested;
    return set.word(index);
  }
}
