package org.chunkfs.fsck.check;

/** Is told how far a check has come; calls come from several threads, never at once. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress NONE = (pass, done, total) -> {};

  /**
   * @param pass what is being done, a word
   */
  void at(String pass, int done, int total);
}
