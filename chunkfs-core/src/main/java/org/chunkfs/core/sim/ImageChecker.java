package org.chunkfs.core.sim;

import java.io.IOException;
import java.util.List;
import org.chunkfs.core.device.BlockDevice;

/**
 * Looks an image over without changing it: a check of the whole filesystem, from a module above
 * this one.
 */
@FunctionalInterface
public interface ImageChecker {
  /**
   * What is wrong with the image, in words; empty if nothing is.
   *
   * @throws IOException if it cannot be told
   */
  List<String> check(BlockDevice image) throws IOException;
}
