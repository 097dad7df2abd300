package org.chunkfs.cli.server;

import java.io.IOException;
import org.chunkfs.core.volume.ChunkStatus;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.Volume;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The control commands of a mounted volume: {@code status} and {@code chunk}. */
public final class VolumeControl {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Volume volume;
  private final Advice advice;

  public VolumeControl(Volume volume) {
    this(volume, new Advice(volume, "DIR", null));
  }

  VolumeControl(Volume volume, Advice advice) {
    this.volume = volume;
    this.advice = advice;
  }

  /** Adds the commands to a server. */
  public void register(ControlServer server) {
    server.register("status", (_, _) -> status());
    server.register("chunk", (request, _) -> chunk(request));
  }

  /**
   * The whole state: {@code uuid, label, bytes, epoch, members, chunks[], counters, todo[]}, and
   * {@code scrub} if chunks are checked in the background; a chunk has the components of {@link
   * ChunkStatus}, {@code todo} the command to type for each chunk that waits for a person.
   */
  public ObjectNode status() {
    ObjectNode status = image(volume.layout());
    status.put("mounted", true);
    status.put("readOnly", volume.options().readOnly());
    status.put("epoch", volume.epoch());
    ArrayNode chunks = status.putArray("chunks");
    volume.chunks().forEach(chunk -> chunks.add(chunk(chunk)));
    ObjectNode counters = status.putObject("counters");
    volume.counters().forEach(counters::put);
    advice.add(status);
    return status;
  }

  /** What the superblock says, for a status. */
  public static ObjectNode image(ImageLayout layout) {
    ObjectNode image = JSON.objectNode();
    image.put("uuid", layout.uuidText());
    image.put("label", layout.label());
    image.put("bytes", layout.bytes());
    image.put("members", layout.members().size());
    return image;
  }

  /** One chunk, for a status. */
  public static ObjectNode chunk(ChunkStatus chunk) {
    ObjectNode node = JSON.objectNode();
    node.put("id", chunk.id());
    node.put("member", chunk.member());
    node.put("state", word(chunk));
    node.put("reason", chunk.reason());
    node.put("blocks", chunk.blocks());
    node.put("blocksFree", chunk.blocksFree());
    node.put("inodes", chunk.inodes());
    node.put("journalBytes", chunk.journalBytes());
    node.put("journalUsed", chunk.journalUsed());
    node.put("incarnation", chunk.incarnation());
    return node;
  }

  private static String word(ChunkStatus chunk) {
    return chunk.state().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /**
   * Acts on a chunk.
   *
   * @param request {@code chunk}, its number, and {@code action}: crash, offline or online
   */
  public JsonNode chunk(JsonNode request) throws IOException {
    int chunk = request.path("chunk").asInt(-1);
    if (chunk < 0 || chunk >= volume.layout().chunks()) {
      throw new IOException(
          "There is no chunk %s; the image has chunks 0 to %d."
              .formatted(request.path("chunk"), volume.layout().chunks() - 1));
    }
    String action = request.path("action").asString("");
    switch (action) {
      case "crash" -> volume.crash(chunk);
      case "offline" -> volume.offline(chunk);
      case "online" -> volume.online(chunk);
      default -> throw new IOException("A chunk cannot be made to '" + action + "'.");
    }
    return chunk(volume.chunks().get(chunk));
  }
}
