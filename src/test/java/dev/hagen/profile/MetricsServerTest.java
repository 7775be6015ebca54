package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private final Counters counters = new Counters();
  private final MetricsServer server = start();
  private final HttpClient client = HttpClient.newHttpClient();

  private MetricsServer start() {
    try {
      return MetricsServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(counters));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI uri = URI.create("http://" + server.address().getHostString() + ":" + server.address().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
  }

  @Test
  void metrics_areWhatIsCountedNow() throws Exception {
    assertThat(send("GET", "/metrics").body()).contains("hagen_page_walks_total{vcpu=\"0\"} 0\n");
    counters.count(Counter.PAGE_WALKS);
    HttpResponse<String> response = send("GET", "/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(response.body()).contains("hagen_page_walks_total{vcpu=\"0\"} 1\n");
  }

  @Test
  void health_isOk() throws Exception {
    HttpResponse<String> response = send("GET", "/healthz");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("ok\n");
  }

  @Test
  void head_hasNoBody() throws Exception {
    HttpResponse<String> response = send("HEAD", "/healthz");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Length")).contains("3");
    assertThat(response.body()).isEmpty();
  }

  @Test
  void otherPath_isNotFound() throws Exception {
    assertThat(send("GET", "/metrics/more").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/metricsx").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
  }

  @Test
  void otherMethod_isNotAllowed() throws Exception {
    HttpResponse<String> response = send("POST", "/metrics");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void secondServerAtTheSamePort_isRefused() {
    assertThatThrownBy(() -> MetricsServer.start(server.address(), List.of(counters))).isInstanceOf(BindException.class);
  }
}
