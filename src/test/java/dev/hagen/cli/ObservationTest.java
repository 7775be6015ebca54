package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationTest {
  @Test
  void address_isHostAndPort() {
    InetSocketAddress address = Observation.address("127.0.0.1:9464");
    assertThat(address.getAddress().isLoopbackAddress()).isTrue();
    assertThat(address.getPort()).isEqualTo(9464);
  }

  @Test
  void address_ofIpVersion6_isInBrackets() {
    InetSocketAddress address = Observation.address("[::1]:0");
    assertThat(address.getAddress().isLoopbackAddress()).isTrue();
    assertThat(address.getPort()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"9464", ":9464", "localhost", "::1:9464", ""})
  void addressWithoutHost_isRefused(String text) {
    assertThatThrownBy(() -> Observation.address(text)).isInstanceOf(UserError.class)
        .hasMessage("--metrics takes HOST:PORT, for example localhost:9464, not '" + text + "'.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65536", "http", ""})
  void addressWithoutPort_isRefused(String port) {
    assertThatThrownBy(() -> Observation.address("localhost:" + port)).isInstanceOf(UserError.class)
        .hasMessage("--metrics: a port is a number from 0 to 65535, not '" + port + "'.");
  }
}
