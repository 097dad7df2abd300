package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import org.chunkfs.cli.scratch.ServedMount;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The image mounted by a server process of its own: {@code chunkfs mount}. */
final class MountServed implements Served {
  private final Path image;
  private final Path directory;
  private final Share share;
  private volatile ServedMount mount;

  private MountServed(Path image, Path directory) throws IOException {
    this.image = image;
    this.directory = directory;
    this.share = new MountShare(directory);
    this.mount = ServedMount.start(image, directory);
  }

  /** Mounts the image on an empty directory. */
  static MountServed start(Path image, Path directory) throws IOException {
    return new MountServed(image, directory);
  }

  @Override
  public void restart() throws IOException {
    mount = ServedMount.start(image, directory);
  }

  @Override
  public Share share() {
    return share;
  }

  @Override
  public JsonNode ask(ObjectNode request) throws IOException {
    return mount.ask(request);
  }

  @Override
  public void kill() throws IOException {
    mount.kill();
  }

  @Override
  public void close() throws IOException {
    mount.close();
  }
}
