package dev.hagen.semantics;

import dev.hagen.decode.Op;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks the static method that defines an operation; the package description says what it may look like. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Semantics {
  /** The operations that the method defines. */
  Op[] value();
}
