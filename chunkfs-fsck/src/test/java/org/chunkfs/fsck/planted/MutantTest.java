package org.chunkfs.fsck.planted;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.chunkfs.core.device.MemoryDevice;
import org.chunkfs.core.error.ImageException;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.Fsck;
import org.chunkfs.fsck.FsckOptions;
import org.chunkfs.fsck.OnlineFsck;
import org.chunkfs.fsck.check.Progress;
import org.chunkfs.fsck.report.FsckReport;
import org.chunkfs.fsck.torture.SampleImages;
import org.junit.jupiter.api.Test;

/**
 * Images as engines leave them that have one mistake each: a call that is not made, or a condition
 * that does not hold or always does, in the code that changes structure. Unlike damage they are
 * wrong and consistent: all checksums are right, and much agrees with each other. One repair brings
 * each in order, also while it is served.
 */
final class MutantTest {
  /** The first one, and every how manieth; {@code -Dchunkfs.mutants=0:1} for all. */
  private static final String WHICH = System.getProperty("chunkfs.mutants", "0:80");

  private static final List<String> CLASSES =
      List.of(
          "core.volume.Attributes",
          "core.volume.Continuations",
          "core.volume.CrossEdits",
          "core.volume.CrossRefs",
          "core.volume.Directories",
          "core.volume.DirectorySplit",
          "core.volume.Extents",
          "core.volume.FileWriter",
          "core.volume.Installation",
          "core.volume.Making",
          "core.volume.OrphanIndex",
          "core.volume.PartEdit",
          "core.volume.Reaper",
          "core.volume.Removing",
          "core.volume.Renaming",
          "core.volume.Trimming",
          "core.volume.TrimIndex",
          "core.volume.Truncation",
          "core.chunk.ChunkTx",
          "core.chunk.Inodes",
          "core.chunk.InodeSpace",
          "core.chunk.ItemMap",
          "core.chunk.TableOps",
          "core.chunk.TreePages");

  private static final String WRONG = "wrong ";
  private static final String BROKEN = "BROKEN ";

  private static final FsckOptions CHECK =
      FsckOptions.check().withBootId(SampleImages.bootId()).withThreads(1);
  private static final FsckOptions REPAIR =
      FsckOptions.repair(2_000_000_000L).withBootId(SampleImages.bootId()).withThreads(1);

  @Test
  void oneRepairBringsWhatTheyLeaveInOrder() throws Exception {
    List<Edit> edits = edits();
    int first = Integer.parseInt(WHICH.split(":")[0]);
    int step = Integer.parseInt(WHICH.split(":")[1]);
    List<String> broken = new ArrayList<>();
    int wrong = 0;
    for (int i = first; i < edits.size(); i += step) {
      String said = said(edits.get(i), i);
      wrong += said.startsWith(WRONG) ? 1 : 0;
      if (said.startsWith(BROKEN)) {
        broken.add(i + " " + edits.get(i) + ": " + said);
      }
    }
    assertThat(broken).isEmpty();
    assertThat(wrong).isPositive();
  }

  @Test
  void severalPartsInAChunkBecomeOne() throws Exception {
    isRepaired(
        Edit.in("core.volume.Continuations", "existing/3").branch(2, 4).always(),
        100,
        "has more than one part");
    isRepaired(
        Edit.in("core.volume.Continuations", "create/3").call("link", 2, 2).dropped(),
        80,
        "xrefs_in");
    isRepaired(
        Edit.in("core.volume.Continuations", "link/7").call("set", 1, 2).dropped(),
        96,
        "continuation");
  }

  @Test
  void aPartOutsideItsRangesIsRepairedWhereTheHeadIsNotWritten() throws Exception {
    isRepaired(
        Edit.in("core.volume.Continuations", "part/2").branch(1, 1).never(),
        162,
        "two ranges after one another");
  }

  private static void isRepaired(Edit edit, long seed, String found) throws Exception {
    byte[] compiled = PlantedLoader.compiled(MutantTest.class.getClassLoader(), edit.className());
    assertThat(edit.apply(compiled).places()).as("%s fits the code", edit).isOne();
    assertThat(said(edit, seed)).startsWith(WRONG).contains(found);
    MemoryDevice image = device(made(edit, seed));
    Map<String, Integer> before = contents(image.snapshot());
    MemoryDevice offline = image.snapshot();
    Fsck.repair(Image.of(offline), REPAIR, Progress.NONE);
    assertThat(contents(offline)).as("offline").containsAllEntriesOf(before);
    MemoryDevice online = image.snapshot();
    try (Volume volume = SampleImages.open(online)) {
      OnlineFsck.run(volume, REPAIR, Progress.NONE);
    }
    assertThat(contents(online.snapshot())).as("online").containsAllEntriesOf(before);
  }

  /** A number for the content of each file that can be read, by its path. */
  private static Map<String, Integer> contents(MemoryDevice image) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Volume volume = SampleImages.open(image)) {
      contents(volume, volume.root(), "", contents);
    }
    return contents;
  }

  private static void contents(Volume volume, long dir, String path, Map<String, Integer> to)
      throws IOException {
    List<Vfs.Dirent> entries = new ArrayList<>();
    volume.readdir(dir, 0, entries::add);
    for (Vfs.Dirent entry : entries) {
      String name = path + "/" + new String(entry.name(), US_ASCII);
      if (entry.type() == Vfs.S_IFDIR >> 12 && entry.name()[0] != '.') {
        contents(volume, entry.id(), name, to);
      } else if (entry.type() == Vfs.S_IFREG >> 12) {
        try {
          ByteBuffer bytes = ByteBuffer.allocate((int) volume.getattr(entry.id()).size());
          volume.read(entry.id(), 0, bytes);
          to.put(name, Arrays.hashCode(bytes.array()));
        } catch (IOException e) {
          // Nobody could read it.
        }
      }
    }
  }

  private static String said(Edit edit, long seed) throws Exception {
    byte[] image = made(edit, seed);
    return image.length == 0 ? "nothing" : judge(device(image));
  }

  private static List<Edit> edits() throws IOException {
    List<Edit> edits = new ArrayList<>();
    for (String owner : CLASSES) {
      byte[] file =
          PlantedLoader.compiled(MutantTest.class.getClassLoader(), "org.chunkfs." + owner);
      Map<String, Integer> names = new TreeMap<>();
      List<MethodModel> methods = ClassFile.of().parse(file).methods();
      for (MethodModel m : methods) {
        names.merge(name(m), 1, Integer::sum);
      }
      for (MethodModel m : methods) {
        if (m.code().isPresent() && names.get(name(m)) == 1 && !name(m).startsWith("<")) {
          edits(Edit.in(owner, name(m)), m, edits);
        }
      }
    }
    return edits;
  }

  private static String name(MethodModel m) {
    return m.methodName().stringValue() + "/" + m.methodTypeSymbol().parameterCount();
  }

  private static void edits(Edit.In in, MethodModel method, List<Edit> to) {
    Map<String, Integer> calls = new TreeMap<>();
    Map<String, Boolean> empty = new TreeMap<>();
    int branches = 0;
    for (CodeElement e : method.code().orElseThrow()) {
      if (e instanceof InvokeInstruction call && !call.name().equalsString("<init>")) {
        String name = call.name().stringValue();
        calls.merge(name, 1, Integer::sum);
        boolean isVoid = call.typeSymbol().returnType().descriptorString().equals("V");
        empty.merge(name, isVoid, (a, b) -> a && b);
      } else if (e instanceof BranchInstruction b && !b.opcode().name().startsWith("GOTO")) {
        branches++;
      }
    }
    calls.forEach((name, of) -> {
      for (int which = 1; empty.get(name) && which <= of; which++) {
        to.add(in.call(name, which, of).dropped());
      }
    });
    for (int which = 1; which <= branches; which++) {
      to.add(in.branch(which, branches).always());
      to.add(in.branch(which, branches).never());
    }
  }

  private static byte[] made(Edit edit, long seed) throws Exception {
    CompletableFuture<byte[]> made = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Constructor<?> maker =
                Class.forName(MutantMaker.class.getName(), true, new PlantedLoader(List.of(edit)))
                    .getDeclaredConstructor();
            maker.setAccessible(true);
            @SuppressWarnings("unchecked")
            byte[] bytes = ((Function<Long, byte[]>) maker.newInstance()).apply(seed);
            made.complete(bytes);
          } catch (ReflectiveOperationException | RuntimeException | Error e) {
            made.completeExceptionally(e);
          }
        });
    try {
      return made.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return new byte[0]; // no class file any more, or one that never ends
    }
  }

  private static MemoryDevice device(byte[] bytes) throws IOException {
    MemoryDevice device = new MemoryDevice(bytes.length);
    for (int at = 0; at < bytes.length; at += MemoryDevice.BLOCK) {
      ByteBuffer block = ByteBuffer.wrap(bytes, at, MemoryDevice.BLOCK);
      if (block.mismatch(ByteBuffer.allocate(MemoryDevice.BLOCK)) >= 0) {
        device.write(at, block);
      }
    }
    return device;
  }

  private static String judge(MemoryDevice made) {
    try {
      FsckReport found = Fsck.check(Image.of(made.snapshot()), CHECK, Progress.NONE);
      if (found.warnings() + found.errors() == 0) {
        return "sound";
      }
      String what = found.findings().stream().limit(3).toList().toString();
      MemoryDevice offline = made.snapshot();
      FsckReport repaired = Fsck.repair(Image.of(offline), REPAIR, Progress.NONE);
      String left = left(offline, repaired);
      if (!left.isEmpty()) {
        return BROKEN + "offline " + left + " of " + what;
      }
      MemoryDevice online = made.snapshot();
      FsckReport served;
      try (Volume volume = SampleImages.open(online)) {
        served = OnlineFsck.run(volume, REPAIR, Progress.NONE);
      }
      left = left(online, served);
      return left.isEmpty() ? WRONG + what : BROKEN + "online " + left + " of " + what;
    } catch (ImageException e) {
      return "no image";
    } catch (IOException | RuntimeException e) {
      java.io.StringWriter text = new java.io.StringWriter();
      e.printStackTrace(new java.io.PrintWriter(text, true));
      return BROKEN + "by " + text;
    }
  }

  private static String left(MemoryDevice device, FsckReport report) throws IOException {
    if (!report.clean()) {
      return "not clean: " + report.remaining().stream().limit(5).toList();
    }
    FsckReport again = Fsck.check(Image.of(device.snapshot()), CHECK, Progress.NONE);
    return again.warnings() + again.errors() == 0
        ? ""
        : "not clean again: " + again.findings().stream().limit(5).toList();
  }
}
