package org.chunkfs.cli.fuse;

import java.io.IOException;

/**
 * Mounting or unmounting is not possible; the message is one sentence that says why and what helps.
 */
public final class MountException extends IOException {
  private static final long serialVersionUID = 1L;

  MountException(String message) {
    super(message);
  }
}
