package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MountTableTest {
  private static final String TABLE =
      """
      22 1 0:21 / /proc rw,nosuid shared:5 - proc proc rw
      40 1 0:39 / /mnt/a\\040b\\134c rw,nosuid - fuse.chunkfs /images/one\\040two rw,user_id=0
      41 1 0:40 / /mnt/x rw shared:1 master:2 - ext4 /dev/sda1 rw
      42 41 0:41 / /mnt/x rw - fuse.chunkfs image rw
      """;

  @Test
  void readsEscapedNamesAndOptionalFields() {
    MountTable.Entry entry = MountTable.parse(TABLE).at(Path.of("/mnt/a b\\c")).orElseThrow();
    assertThat(entry.device()).isEqualTo("0:39");
    assertThat(entry.isChunkfs()).isTrue();
    assertThat(entry.source()).isEqualTo("/images/one two");
  }

  @Test
  void theLastMountOnADirectoryIsTheOneSeen() {
    assertThat(MountTable.parse(TABLE).at(Path.of("/mnt/x")).orElseThrow().device())
        .isEqualTo("0:41");
  }

  @Test
  void aPlainDirectoryIsNoMount() {
    assertThat(MountTable.parse(TABLE).at(Path.of("/mnt"))).isEmpty();
  }
}
