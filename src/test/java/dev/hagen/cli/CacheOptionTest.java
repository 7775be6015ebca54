package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheOptionTest {
  @Test
  void noOption_isTheStandard() {
    assertThat(CacheOption.parse(null)).isEqualTo(new CacheLimits(CachePolicy.W_TINYLFU, 64L << 20));
  }

  @Test
  void policyAndMaximum_inAnyOrder_areTaken() {
    assertThat(CacheOption.parse("max=100K,policy=lru")).isEqualTo(new CacheLimits(CachePolicy.LRU, 100L << 10));
    assertThat(CacheOption.parse("policy=flush")).isEqualTo(new CacheLimits(CachePolicy.FLUSH, 64L << 20));
    assertThat(CacheOption.parse("max=2").maximum()).isEqualTo(2L << 20);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "policy=random | --cache: there is no policy 'random', only w-tinylfu, lru, fifo, lfu, clock, sieve, s3-fifo, arc, flush, unbounded.",
      "max=much      | --cache: 'much' is no memory size; write for example 512, 512M or 2G.",
      "max=4K        | --cache: max is 64K at least, not 4K.",
      "max=-1G       | --cache: max is 64K at least, not -1G.",
      "lru           | --cache: there is no 'lru', only policy=NAME and max=SIZE."})
  void mistake_isNamed(String text, String sentence) {
    assertThatExceptionOfType(UserError.class).isThrownBy(() -> CacheOption.parse(text)).withMessage(sentence);
  }
}
