package org.chunkfs.cli.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.chunkfs.cli.output.Progress;

/** Carries a tree from a source to a sink. */
public final class TreeCopy {
  private TreeCopy() {}

  /** Copies everything; returns the number of entries. */
  public static long run(TreeSource source, TreeSink sink, Progress progress) throws IOException {
    long[] count = new long[1];
    source.forEach((entry, content) -> {
      sink.add(entry, new Counted(content, progress));
      count[0]++;
      progress.item();
    });
    sink.finish();
    return count[0];
  }

  /** Content whose bytes are counted as they pass. */
  private record Counted(Content content, Progress progress) implements Content {
    @Override
    public List<Run> runs() throws IOException {
      return content.runs();
    }

    @Override
    public void copyTo(Sink sink) throws IOException {
      content.copyTo((long offset, ByteBuffer bytes) -> {
        int length = bytes.remaining();
        sink.data(offset, bytes);
        progress.bytes(length);
      });
    }
  }
}
