package dev.hagen.vmm;

/** What a virtual processor sees of the interrupt controllers. */
public interface InterruptController {
  /** No interrupt after all: it went away before it could be acknowledged. */
  int NONE = -1;

  /** Takes the interrupt of the highest priority and answers its vector, or {@link #NONE}. */
  int acknowledge();
}
