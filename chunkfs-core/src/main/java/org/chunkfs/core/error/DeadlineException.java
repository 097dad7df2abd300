package org.chunkfs.core.error;

/** A request was not answered within its deadline; it had no effect. Retryable. */
public final class DeadlineException extends ChunkFsException {
  private static final long serialVersionUID = 1L;

  public DeadlineException(String message) {
    super(message);
  }
}
