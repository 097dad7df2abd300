package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.fuse.MountOptions;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.cli.server.DaemonLauncher;
import org.chunkfs.cli.server.DaemonLauncher.LaunchException;
import org.chunkfs.cli.server.MountDaemon;
import org.chunkfs.cli.server.VolumeOpener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chunkfs mount}: serves an image under a directory. */
@Command(
    name = "mount",
    customSynopsis = "chunkfs mount [-fhr] [-o OPT,...]... IMAGE... DIR",
    description = "Serves an image under a directory, and returns when the directory answers.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  chunkfs mount disk.img /mnt",
      "  chunkfs mount -o ro a.img b.img /mnt     an image of two members, read-only",
      "  chunkfs mount -f disk.img /mnt           in the foreground, until Ctrl-C",
      "  chunkfs umount /mnt"
    })
public final class MountCommand implements Callable<Integer> {
  private final VolumeOpener opener;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "2..*",
      paramLabel = "IMAGE... DIR",
      hideParamSyntax = true,
      description = "The files or devices of the image, and the directory to mount it on.")
  private List<Path> paths = List.of();

  @Option(
      names = "-o",
      paramLabel = "OPT,...",
      description =
          "Mount options: ro, suid, dev, noexec, sync, allow_other, fsname=NAME, attr_timeout=S,"
              + " entry_timeout=S, negative_timeout=S (1 second each), read_ahead_kb=N (1024),"
              + " threads=N (32), writeback_cache (faster writes, lost if the server dies). Of the"
              + " volume: fenced=wait|fail|read (how requests for a chunk that is out are"
              + " answered), deadline=S (30), flush=S (5) and flush_bytes=SIZE (256M) (the most"
              + " that a power loss takes), checkpoint=PERCENT (50), journal=SIZE, cache=SIZE,"
              + " stall=S (5). All chunks are checked in the background, file data too:"
              + " scrub=TIME|off (how often, 7d), scrubshare=PERCENT (of the time, 10).")
  private List<String> options = new ArrayList<>();

  @Option(
      names = {"-f", "--foreground"},
      description = "Stay in the foreground, and print there what goes wrong.")
  private boolean foreground;

  @Option(
      names = {"-r", "--read-only"},
      description = "The same as -o ro.")
  private boolean readOnly;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Set by the process that waits for this one, see {@link DaemonLauncher}. */
  @Option(names = "--daemon", hidden = true)
  private boolean daemon;

  /** What mount(8) passes to its helpers and means nothing here. */
  @Option(
      names = {"-n", "-s", "-v", "-w"},
      hidden = true)
  private boolean ignored;

  @Option(names = "-t", hidden = true)
  private String type = "";

  public MountCommand(VolumeOpener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() {
    List<String> words = new ArrayList<>(options);
    if (readOnly) {
      words.add("ro");
    }
    String list = String.join(",", words);
    MountOptions parsed;
    try {
      parsed = MountOptions.parse(list);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    List<Path> members =
        paths.subList(0, paths.size() - 1).stream().map(Path::toAbsolutePath).toList();
    Path directory = paths.getLast().toAbsolutePath();
    if (daemon || foreground) {
      return serve(members, directory, parsed);
    }
    return launch(members, directory, list);
  }

  private int launch(List<Path> members, Path directory, String list) {
    List<String> arguments = new ArrayList<>(List.of("--daemon"));
    if (!list.isEmpty()) {
      arguments.addAll(List.of("-o", list));
    }
    arguments.add("--");
    members.forEach(member -> arguments.add(member.toString()));
    arguments.add(directory.toString());
    try {
      DaemonLauncher.start(directory, arguments);
      return 0;
    } catch (LaunchException e) {
      return complain(sentence(e), e.exit());
    } catch (IOException e) {
      return complain(sentence(e), 1);
    }
  }

  private int serve(List<Path> members, Path directory, MountOptions parsed) {
    MountDaemon server =
        new MountDaemon(opener, members, directory, parsed, new FuseLog(System.err));
    try {
      server.run(this::ready);
      return 0;
    } catch (IllegalArgumentException e) {
      return refuse(sentence(e), 2);
    } catch (IOException e) {
      return refuse(sentence(e), 1);
    }
  }

  private void ready(MountPoint point) {
    if (daemon) {
      DaemonLauncher.reportReady();
    } else {
      spec.commandLine().getOut().println("Mounted on " + point + "; Ctrl-C unmounts it.");
      spec.commandLine().getOut().flush();
    }
  }

  private int refuse(String message, int exit) {
    if (daemon) {
      DaemonLauncher.reportFailure(message, exit);
      return exit;
    }
    return complain(message, exit);
  }

  private int complain(String message, int exit) {
    spec.commandLine().getErr().println("chunkfs mount: " + message);
    return exit;
  }

  private static String sentence(Exception e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
