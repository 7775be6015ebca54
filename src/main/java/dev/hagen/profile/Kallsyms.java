package dev.hagen.profile;

import java.util.Map;
import java.util.Set;

/**
 * What a Linux kernel says of itself.
 *
 * @param functions of the kernel itself, not of its modules, where they are in this run
 * @param variables addresses of those of {@link #VARIABLES} that it names, which it does if it was built with
 *     {@code CONFIG_KALLSYMS_ALL}; of what each processor has its own of, the place in the processor's part
 * @param word bytes of a pointer
 */
public record Kallsyms(SymbolTable functions, Map<String, Long> variables, int word) {
  /** There is no Linux. */
  public static final Kallsyms NONE = new Kallsyms(SymbolTable.EMPTY, Map.of(), Long.BYTES);
  /** Head of the list of modules. */
  static final String MODULES = "modules";
  static final Set<String> VARIABLES = Set.of(MODULES);

  /** Of a kernel. */
  public Kallsyms {
    variables = Map.copyOf(variables);
  }
}
