package org.chunkfs.core.error;

import java.io.IOException;

/**
 * Root of every exception that chunkfs throws on purpose; its message is one sentence fit for a
 * user.
 */
public abstract class ChunkFsException extends IOException {
  private static final long serialVersionUID = 1L;

  protected ChunkFsException(String message) {
    super(message);
  }

  protected ChunkFsException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
  }
}
