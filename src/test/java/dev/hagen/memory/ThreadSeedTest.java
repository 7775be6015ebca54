package dev.hagen.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The seed of a thread's lots. */
class ThreadSeedTest {
  private static long[] draw(long seed) {
    long own = ThreadSeed.use(seed);
    long[] numbers = LongStream.generate(ThreadLocalRandom.current()::nextLong).limit(5).toArray();
    ThreadSeed.restore(own);
    return numbers;
  }

  @Test
  void sameSeed_givesTheSameNumbers() {
    assertThat(draw(42)).isEqualTo(draw(42)).isNotEqualTo(draw(43));
  }

  @Test
  void firstNumber_isTheSameOnEveryThread() throws Exception {
    long[] first = new long[2];
    Thread thread = Thread.ofPlatform().start(() -> first[1] = draw(42)[0]);
    first[0] = draw(42)[0];
    thread.join();
    assertThat(first[1]).isEqualTo(first[0]);
  }

  @Test
  void ownSeed_whenItIsBack_goesOnWhereItWas() {
    long own = ThreadSeed.use(1);
    long[] expected = {ThreadLocalRandom.current().nextLong(), ThreadLocalRandom.current().nextLong()};
    ThreadSeed.restore(own);
    long again = ThreadSeed.use(1);
    long first = ThreadLocalRandom.current().nextLong();
    draw(77);
    long second = ThreadLocalRandom.current().nextLong();
    ThreadSeed.restore(again);
    assertThat(new long[] {first, second}).isEqualTo(expected);
  }
}
