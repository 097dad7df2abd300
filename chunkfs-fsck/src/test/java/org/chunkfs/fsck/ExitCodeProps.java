package org.chunkfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class ExitCodeProps {
  @Property(seed = "1034")
  void differentCodesShareNoBit(@ForAll ExitCode a, @ForAll ExitCode b) {
    assertThat(a.bit() & b.bit()).isEqualTo(a == b ? a.bit() : 0);
  }
}
