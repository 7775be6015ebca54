package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.Step;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import dev.hagen.util.HotSpot;
import dev.hagen.util.Tunables;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes units: emits a region's class and defines it. Threads may share one. */
public final class UnitFactory {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private final Interpreter interpreter;
  private final Tunables tunables;
  private volatile boolean counting;
  private volatile @Nullable EmissionListener listener;

  public UnitFactory(Interpreter interpreter, Tunables tunables) {
    this.interpreter = interpreter;
    this.tunables = tunables;
  }

  /** Hears of every class, with line numbers; null: nobody. */
  public void setListener(@Nullable EmissionListener newListener) {
    listener = newListener;
  }

  /** Has all units that are made from now on count how often they are entered, and what they retire. */
  public void countRuns() {
    counting = true;
  }

  /**
   * A unit that is not published yet.
   *
   * @param region what it was made of
   * @param entries distances from the region's head of the blocks where it may be entered, the head first
   * @param bytes the size of its class file
   * @param bytecodes bytes of the method that is the region's code
   */
  public record Made(Region region, Unit unit, List<Long> entries, int bytes, int bytecodes) {
    /** The same with something around the unit. */
    public Made with(UnaryOperator<Unit> finish) {
      return new Made(region, finish.apply(unit), entries, bytes, bytecodes);
    }
  }

  /**
   * The unit of a region, or null if its method would be too large for HotSpot.
   *
   * @param draft whether it counts what it retires, for as long as it takes to find out whether it is worth more
   */
  public @Nullable Made make(Region region, boolean draft) {
    EmissionListener hears = listener;
    UnitEmitter emitter = new UnitEmitter(region, tunables, draft);
    if (counting) {
      emitter.withCounts();
    }
    UnitEmitter.Emitted emitted = hears == null ? emitter.emit() : emitter.withLines().emit();
    if (emitted == null) {
      return null;
    }
    if (hears != null) {
      hears.emitted(region, emitted);
    }
    try {
      UnitSeed seed = new UnitSeed(interpreter.cpu(), emitted.links().toArray(Link[]::new));
      LOOKUP.defineHiddenClassWithClassData(emitted.bytes(), seed, true);
      Unit unit = Objects.requireNonNull(seed.unit);
      Instruction[] interpreted = emitted.interpreted().toArray(Instruction[]::new);
      Step[] steps = new Step[interpreted.length];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = interpreter.bind(interpreted[i], region.context());
      }
      unit.bind(interpreter, interpreted, steps);
      return new Made(region, unit, emitted.entries(), emitted.bytes().length, emitted.methodSize());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
