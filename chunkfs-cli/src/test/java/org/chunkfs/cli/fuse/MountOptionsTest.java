package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class MountOptionsTest {
  @Test
  void readsFlagsTimesAndNumbers() {
    MountOptions options =
        MountOptions.parse("ro,suid,noexec,attr_timeout=0.5,entry_timeout=0,threads=4,fsname=a b");
    assertThat(options.flags()).isEqualTo(Libc.MS_RDONLY | Libc.MS_NODEV | Libc.MS_NOEXEC);
    assertThat(options.readOnly()).isTrue();
    assertThat(options.attrTimeout()).isEqualTo(500_000_000);
    assertThat(options.entryTimeout()).isZero();
    assertThat(options.threads()).isEqualTo(4);
    assertThat(options.source()).isEqualTo("a b");
    assertThat(options.volume()).isEmpty();
  }

  @Test
  void laterWordsWin() {
    assertThat(MountOptions.parse("ro,rw").readOnly()).isFalse();
    assertThat(MountOptions.parse("suid,nosuid")).isEqualTo(MountOptions.defaults());
  }

  @Test
  void wordsOfFstabMeanNothing() {
    assertThat(MountOptions.parse("defaults,noauto,user,nofail,_netdev,x-systemd.automount,"))
        .isEqualTo(MountOptions.defaults());
  }

  @Test
  void theRestIsTheVolumes() {
    assertThat(MountOptions.parse("on_fence=wait,degraded").volume())
        .isEqualTo(Map.of("on_fence", "wait", "degraded", ""));
  }

  @Test
  void valuesMustMakeSense() {
    assertThatThrownBy(() -> MountOptions.parse("attr_timeout=soon"))
        .hasMessage("The mount option attr_timeout needs a number of seconds, not 'soon'.");
    assertThatThrownBy(() -> MountOptions.parse("threads=0"))
        .hasMessage("The mount option threads needs a number from 1 to 1024, not '0'.");
  }

  @Test
  void fusermountReadsACommaInTheNameAsPartOfIt() {
    assertThat(MountOptions.parse("").withSource("a,b\\c").forFusermount())
        .startsWith("fsname=a\\,b\\\\c,subtype=chunkfs,");
  }
}
