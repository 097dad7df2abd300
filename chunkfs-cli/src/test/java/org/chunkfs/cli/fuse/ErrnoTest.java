package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.junit.jupiter.api.Test;

final class ErrnoTest {
  @Test
  void everyRefusalHasAnErrnoOfItsOwn() {
    assertThat(Stream.of(Reason.values()).map(Errno::of).distinct())
        .hasSize(Reason.values().length)
        .doesNotContain(Errno.EIO);
  }

  @Test
  void numbersAreUnique() {
    assertThat(EnumSet.allOf(Errno.class).stream().map(Errno::negative)).doesNotHaveDuplicates();
  }

  @Test
  void whatMayBeTriedAgainIsAnInputOutputError() {
    assertThat(Errno.of(new ChunkUnavailableException(1, "x"))).isEqualTo(Errno.EIO);
    assertThat(Errno.of(new DeadlineException("x"))).isEqualTo(Errno.EIO);
    assertThat(Errno.of(new IOException("x"))).isEqualTo(Errno.EIO);
    assertThat(Errno.of(new FsException(Reason.NO_SPACE, "x"))).isEqualTo(Errno.ENOSPC);
  }
}
