package org.chunkfs.fsck.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chunkfs.core.sim.fingerprint.Fingerprint;
import org.chunkfs.core.sim.fingerprint.FingerprintTable;
import org.junit.jupiter.api.Test;

/** The fault fingerprint: no entry is "nothing", and the document says what it is. */
final class FingerprintTest {
  private static final Path DOCUMENT =
      Path.of("..", "chunkfs-core", "docs", "fault-fingerprint.md");
  private static final String REGENERATE =
      "mvn -q -Dfast -pl chunkfs-core,chunkfs-fsck test -Dtest=FingerprintTest"
          + " -Dfingerprint.write=true";

  @Test
  void everyFaultIsNoticedAndTheDocumentSaysHow() throws IOException {
    String document = Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "";
    FingerprintTable table =
        Fingerprint.take(1, new SoundImage(Fingerprint.bootId()), 12, document);
    assertThat(table.defects()).isEmpty();
    assertThat(table.faults()).isGreaterThan(200);
    if (Boolean.getBoolean("fingerprint.write")) {
      document = table.markdown();
      Files.writeString(DOCUMENT, document);
    }
    assertThat(table.differences(document))
        .as("%s is not what was measured; look at what changed, and run: %s", DOCUMENT, REGENERATE)
        .isEmpty();
    assertThat(table.markdown()).isEqualTo(document);
  }
}
