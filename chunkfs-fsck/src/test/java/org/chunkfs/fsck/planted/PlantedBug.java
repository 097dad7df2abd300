package org.chunkfs.fsck.planted;

import java.util.List;

/**
 * A bug that somebody could have written, and the search that must find it.
 *
 * @param name a few words, for the list
 * @param wrong what the developer would have done, in a sentence
 * @param hunt finds it within its budget, and finds nothing without it
 */
record PlantedBug(String name, String wrong, Hunt hunt, List<Edit> edits) {
  static PlantedBug of(String name, String wrong, Hunt hunt, Edit... edits) {
    return new PlantedBug(name, wrong, hunt, List.of(edits));
  }

  @Override
  public String toString() {
    return name;
  }
}
