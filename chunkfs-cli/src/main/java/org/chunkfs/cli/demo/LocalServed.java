package org.chunkfs.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.chunkfs.cli.server.VolumeControl;
import org.chunkfs.core.device.Mode;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.core.volume.VolumeOptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The image opened inside this process, where nothing can be mounted. Being killed is an end
 * without a word: nothing more is written or flushed.
 */
final class LocalServed implements Served {
  private final Path image;
  private volatile Volume volume;
  private final Share share = new VolumeShare(this::volume);

  private LocalServed(Path image) throws IOException {
    this.image = image;
    this.volume = openVolume();
  }

  static LocalServed open(Path image) throws IOException {
    return new LocalServed(image);
  }

  private Volume volume() {
    return volume;
  }

  private Volume openVolume() throws IOException {
    return Volume.open(Image.open(List.of(image), Mode.READ_WRITE), VolumeOptions.defaults());
  }

  @Override
  public Share share() {
    return share;
  }

  @Override
  public JsonNode ask(ObjectNode request) throws IOException {
    VolumeControl control = new VolumeControl(volume);
    return request.path("command").asString("").equals("status")
        ? control.status()
        : control.chunk(request);
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
