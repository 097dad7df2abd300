package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The bytes of a regular file on its way; to be asked once, before the next entry. */
public interface Content {
  /** What a file that is not regular has. */
  Content NONE =
      new Content() {
        @Override
        public List<Run> runs() {
          return List.of();
        }

        @Override
        public void copyTo(Sink sink) {}
      };

  /** A run of bytes that are data; the rest of the file is holes. */
  record Run(long offset, long length) {
    long end() {
      return offset + length;
    }
  }

  /** Takes data in rising order. */
  @FunctionalInterface
  interface Sink {
    void data(long offset, ByteBuffer bytes) throws IOException;
  }

  /** Where the data are, in order, none empty, none touching the next. */
  List<Run> runs() throws IOException;

  /** Passes on data of the runs; zeros in them may be left out. */
  void copyTo(Sink sink) throws IOException;
}
