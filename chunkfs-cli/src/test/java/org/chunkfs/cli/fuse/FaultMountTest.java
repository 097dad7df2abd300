package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.core.error.ChunkUnavailableException;
import org.chunkfs.core.error.DeadlineException;
import org.chunkfs.core.sim.MemoryVfs;
import org.chunkfs.core.volume.Vfs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mount does while its volume fails, stalls, or changes on its own. */
@NeedsFuse
@Timeout(60)
final class FaultMountTest {
  private final MemoryVfs memory = new MemoryVfs(InstantSource.system());
  private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
  private final AtomicInteger lookups = new AtomicInteger();
  private volatile Fault fault = (_, _) -> {};

  /** Comes before every call of the volume. */
  @FunctionalInterface
  private interface Fault {
    void before(String method, Object[] arguments) throws Throwable;
  }

  private Vfs faulty() {
    return (Vfs)
        Proxy.newProxyInstance(
            Vfs.class.getClassLoader(),
            new Class<?>[] {Vfs.class},
            (_, method, arguments) -> {
              if (method.getName().equals("lookup")) {
                lookups.incrementAndGet();
              }
              fault.before(method.getName(), arguments);
              try {
                return method.invoke(memory, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private MountedVfs mounted(String options) throws IOException {
    return MountedVfs.of(faulty(), options, new FuseLog(new PrintStream(complaints, true)));
  }

  private static Fault failing(String name, Throwable thrown) {
    return (method, _) -> {
      if (method.equals(name)) {
        throw thrown;
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"unavailable", "deadline", "io", "bug", "memory", "overflow"})
  void anyFailureIsAnInputOutputErrorOfThatCallAlone(String kind) throws IOException {
    Throwable thrown =
        switch (kind) {
          case "unavailable" -> new ChunkUnavailableException(3, "Chunk 3 is fenced.");
          case "deadline" -> new DeadlineException("Chunk 3 did not answer for 5 s.");
          case "io" -> new IOException("The device failed.");
          case "bug" -> new IllegalStateException("A bug.");
          case "memory" -> new OutOfMemoryError("Not really.");
          default -> new StackOverflowError();
        };
    try (MountedVfs mounted = mounted("")) {
      Path file = mounted.root().resolve("f");
      fault = failing("create", thrown);
      assertThatThrownBy(() -> Files.createFile(file)).hasMessageContaining("Input/output error");
      fault = (_, _) -> {};
      Files.writeString(file, "works again");
      assertThat(file).hasContent("works again");
      assertThat(complaints.toString(StandardCharsets.UTF_8))
          .contains(thrown.toString().replaceAll(".*: ", ""));
    }
  }

  @Test
  void aNameThatCouldNotBeLookedUpIsNotTakenForMissing() throws IOException {
    memory.create(memory.root(), bytes("f"), new Vfs.Creation(0644, 0, 0, 0));
    try (MountedVfs mounted = mounted("negative_timeout=1000,entry_timeout=1000")) {
      Path file = mounted.root().resolve("f");
      fault = failing("lookup", new ChunkUnavailableException(1, "Chunk 1 is fenced."));
      assertThatThrownBy(() -> Files.size(file)).hasMessageContaining("Input/output error");
      fault = (_, _) -> {};
      assertThat(Files.size(file)).isZero();
    }
  }

  @Test
  void entriesWhoseInodeIsOutOfServiceAreListed() throws IOException {
    memory.create(memory.root(), bytes("f"), new Vfs.Creation(0644, 0, 0, 0));
    Vfs.Attr out = memory.create(memory.root(), bytes("out"), new Vfs.Creation(0644, 0, 0, 0));
    try (MountedVfs mounted = mounted("")) {
      fault =
          (method, arguments) -> {
            if (method.equals("getattr") && arguments[0].equals(out.id())) {
              throw new ChunkUnavailableException(1, "Chunk 1 is fenced.");
            }
          };
      assertThat(Shell.run(mounted.root(), "ls").lines()).containsExactly("f", "out");
      // READDIRPLUS, as find with attributes provokes it.
      assertThat(Shell.run(mounted.root(), "find . -mindepth 1 | sort").lines())
          .containsExactly("./f", "./out");
    }
  }

  @Test
  void changesBehindTheKernelsBackShowAfterInvalidation() throws IOException {
    long root = memory.root();
    try (MountedVfs mounted =
        mounted("attr_timeout=1000,entry_timeout=1000,negative_timeout=1000")) {
      Path file = Files.writeString(mounted.root().resolve("f"), "before");
      assertThat(file).hasContent("before");
      Path other = mounted.root().resolve("other");
      assertThat(other).doesNotExist();
      long id = memory.lookup(root, bytes("f")).id();

      memory.write(id, 0, java.nio.ByteBuffer.wrap(bytes("behind the back")));
      memory.link(id, root, bytes("other"));
      assertThat(file).hasContent("before");
      assertThat(other).doesNotExist();

      FuseNotifier notifier = mounted.mount().notifier();
      notifier.invalidate(id);
      notifier.invalidateEntry(root, bytes("other"));
      assertThat(file).hasContent("behind the back");
      assertThat(other).hasContent("behind the back");
      // What the kernel does not know is nothing to forget.
      notifier.invalidateEntry(root, bytes("never-seen"));
      notifier.invalidate(12345);
    }
  }

  @Test
  void theKernelRemembersWhatItMay() throws IOException {
    try (MountedVfs mounted =
        mounted("attr_timeout=1000,entry_timeout=1000,negative_timeout=1000")) {
      Path none = mounted.root().resolve("none");
      assertThat(none).doesNotExist();
      int before = lookups.get();
      for (int i = 0; i < 20; i++) {
        assertThat(none).doesNotExist();
      }
      assertThat(lookups.get()).isEqualTo(before);
      Files.createFile(none);
      assertThat(none).exists();
    }
  }

  @Test
  void requestsThatWaitDoNotHoldUpOthers() throws Exception {
    CountDownLatch stuck = new CountDownLatch(20);
    CountDownLatch free = new CountDownLatch(1);
    try (MountedVfs mounted = mounted("")) {
      Files.writeString(mounted.root().resolve("good"), "good");
      fault =
          (method, arguments) -> {
            if (method.equals("lookup")
                && new String((byte[]) arguments[1], StandardCharsets.UTF_8).startsWith("stuck")) {
              stuck.countDown();
              free.await(30, TimeUnit.SECONDS);
            }
          };
      for (int i = 0; i < 20; i++) {
        Path path = mounted.root().resolve("stuck" + i);
        Thread.ofPlatform().daemon().start(() -> Files.exists(path));
      }
      assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(mounted.root().resolve("good")).hasContent("good");
      Files.writeString(mounted.root().resolve("good"), "better");
      free.countDown();
    }
  }

  /** The thread inside the device stays there; whoever called gets an error. */
  @Test
  void aRequestWhoseWorkerIsStuckIsAnsweredInItsName() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(1);
    try (MountedVfs mounted = mounted("deadline=0.4")) {
      Path file = Files.writeString(mounted.root().resolve("f"), "content");
      fault =
          (method, arguments) -> {
            if (method.equals("create")) {
              free.await(50, TimeUnit.SECONDS);
              back.countDown();
            }
          };
      assertThatThrownBy(() -> Files.createFile(mounted.root().resolve("stuck")))
          .hasMessageContaining("Input/output error");
      assertThat(back.getCount()).isEqualTo(1);
      assertThat(file).hasContent("content");
      free.countDown();
      assertThat(back.await(10, TimeUnit.SECONDS)).isTrue();
      fault = (_, _) -> {};
      Files.writeString(mounted.root().resolve("g"), "works again");
      assertThat(mounted.root().resolve("g")).hasContent("works again");
      assertThat(complaints.toString(StandardCharsets.UTF_8)).contains("is answered with EIO");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
