package org.chunkfs.cli.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImagePathTest {
  @Test
  void theImageEndsAtTheFirstColonBeforeASlash() {
    assertThat(ImagePath.parse("disk.img:/a/b:/c"))
        .isEqualTo(new ImagePath(List.of(Path.of("disk.img")), "/a/b:/c"));
    assertThat(ImagePath.parse("/tmp/disk.img:"))
        .isEqualTo(new ImagePath(List.of(Path.of("/tmp/disk.img")), "/"));
    assertThat(ImagePath.parse("a:b.img:/x").members()).containsExactly(Path.of("a:b.img"));
  }

  @Test
  void withoutAColonItIsTheRoot() {
    assertThat(ImagePath.parse("disk.img"))
        .isEqualTo(new ImagePath(List.of(Path.of("disk.img")), "/"));
  }

  @Test
  void membersAreSeparatedByCommas() {
    assertThat(ImagePath.parse("a.img,b.img:/x").members())
        .containsExactly(Path.of("a.img"), Path.of("b.img"));
    assertThatThrownBy(() -> ImagePath.parse("a.img,,b.img:/x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ImagePath.parse(":/x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hostFilesAreTold() {
    assertThat(ImagePath.is("disk.img:/x")).isTrue();
    assertThat(ImagePath.is("disk.img:")).isTrue();
    assertThat(ImagePath.is("notes.txt")).isFalse();
    assertThat(ImagePath.is("./odd:/name")).isFalse();
    assertThat(ImagePath.is("a:b")).isFalse();
  }

  @Test
  void bytesCanBeEscaped() {
    assertThat(ImagePath.parse("i:/\\xff\\\\").path()).isEqualTo("/\u00ff\\");
  }
}
