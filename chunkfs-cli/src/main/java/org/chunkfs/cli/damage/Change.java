package org.chunkfs.cli.damage;

/**
 * One run of bytes that was changed.
 *
 * @param position byte in the image
 * @param place what the bytes belong to
 * @param what what was done to them
 * @param before the bytes as they were
 * @param after the bytes as they are now
 */
public record Change(long position, String place, String what, byte[] before, byte[] after) {
  public Change {
    before = before.clone();
    after = after.clone();
  }
}
