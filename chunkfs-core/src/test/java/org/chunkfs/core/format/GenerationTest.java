package org.chunkfs.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GenerationTest {
  @Test
  void whatFollowsIsNeverOneWhoseLowerHalfIsZero() {
    assertThat(Generation.next(1)).isEqualTo(2);
    assertThat(Generation.next(0xFFFF)).isEqualTo(0x1_0001);
    assertThat(Generation.next(-1)).isEqualTo(1);
  }

  @Test
  void aCounterThatBeganAnewIsBehindNone() {
    assertThat(Generation.behind(7, 0, 7)).isFalse();
    assertThat(Generation.behind(7, 0, 8)).isTrue();
    assertThat(Generation.behind(0x8000_0001, 0, 7)).isFalse();
    assertThat(Generation.behind(1, 0, -1)).isTrue();
    assertThat(Generation.behind(1, 1, -1)).isFalse();
    assertThat(Generation.behind(1, 1, 7)).isFalse();
  }
}
