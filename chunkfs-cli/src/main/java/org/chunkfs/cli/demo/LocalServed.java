package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.chunkfs.cli.scratch.ScratchImage;
import org.chunkfs.cli.server.FsckControl;
import org.chunkfs.cli.server.VolumeControl;
import org.chunkfs.core.volume.Volume;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The image opened inside this process, where nothing can be mounted. Being killed is an end
 * without a word: nothing more is written or flushed.
 */
final class LocalServed implements Served {
  private final Path image;
  private final InstantSource clock;
  private volatile Volume volume;
  private final Share share = new VolumeShare(this::volume);

  private LocalServed(Path image, InstantSource clock) throws IOException {
    this.image = image;
    this.clock = clock;
    this.volume = openVolume();
  }

  static LocalServed open(Path image, InstantSource clock) throws IOException {
    return new LocalServed(image, clock);
  }

  private Volume volume() {
    return volume;
  }

  private Volume openVolume() throws IOException {
    return ScratchImage.open(image);
  }

  @Override
  public Share share() {
    return share;
  }

  @Override
  public JsonNode ask(ObjectNode request) throws IOException {
    VolumeControl control = new VolumeControl(volume);
    String command = request.path("command").asString("");
    return switch (command) {
      case "status" -> control.status();
      case "chunk" -> control.chunk(request);
      case "fsck" -> new FsckControl(volume, clock).run(request, _ -> {});
      default -> throw new IOException("There is no command '" + command + "'.");
    };
  }

  @Override
  public void kill() throws IOException {
    volume.abandon();
  }

  @Override
  public void restart() throws IOException {
    volume = openVolume();
  }

  @Override
  public void close() throws IOException {
    volume.close();
  }
}
