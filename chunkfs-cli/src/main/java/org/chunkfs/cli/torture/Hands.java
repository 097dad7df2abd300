package org.chunkfs.cli.torture;

import java.io.IOException;
import java.util.Map;

/** How a worker reaches its files: through the library, or through a mount. */
interface Hands {
  /** The name that content is put under before it gets its own. */
  String TEMPORARY = "a/temporary";

  /** Makes the worker's two directories, if they are not there. */
  void begin() throws IOException;

  /** New content under a name, whole or not at all. */
  void put(String path, byte[] content) throws IOException;

  void append(String path, int at, byte[] more) throws IOException;

  void unlink(String path) throws IOException;

  void rename(String from, String to) throws IOException;

  /** Makes it durable. */
  void fsync(String path) throws IOException;

  /** All files but the temporary one, by path. */
  Map<String, byte[]> files() throws IOException;

  /** Does a deed; what it needs is there if the ledger says so. */
  default void act(Deed deed, Ledger ledger) throws IOException {
    int length = ledger.length(deed.path());
    if (deed.kind() == Deed.Kind.PUT) {
      put(deed.path(), deed.bytes());
    } else if (length >= 0) {
      switch (deed.kind()) {
        case APPEND -> append(deed.path(), length, deed.bytes());
        case UNLINK -> unlink(deed.path());
        case RENAME -> {
          if (!deed.path().equals(deed.to())) {
            rename(deed.path(), deed.to());
          }
        }
        default -> fsync(deed.path());
      }
    }
  }
}
