package org.chunkfs.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
  @Test
  void unitsArePowersOf1024() {
    assertThat(Sizes.parse("4096")).isEqualTo(4096);
    assertThat(Sizes.parse("64k")).isEqualTo(65_536);
    assertThat(Sizes.parse(" 1.5G ")).isEqualTo(3L << 29);
    assertThat(Sizes.parse("2TiB")).isEqualTo(2L << 40);
    assertThat(Sizes.parse("16MB")).isEqualTo(16 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "-1", "1X", "1.2.3", "0x10", "1e3", "9999999999T"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void sizesAreShownShort() {
    assertThat(Sizes.show(0)).isEqualTo("0 B");
    assertThat(Sizes.show(1 << 20)).isEqualTo("1 MiB");
    assertThat(Sizes.show(1536)).isEqualTo("1.5 KiB");
  }

  @Property(tries = 300, seed = "1001")
  void namesAreReadBackAsTheyAreShown(@ForAll byte[] name) {
    assertThat(Names.parse(Names.show(name))).isEqualTo(Names.raw(name));
  }

  @Property(tries = 300, seed = "1002")
  void namesThatAreTextAreShownAsText(@ForAll String text) {
    String shown = Names.show(Names.rawOf(text));
    assertThat(shown.chars()).noneMatch(Character::isISOControl);
  }
}
