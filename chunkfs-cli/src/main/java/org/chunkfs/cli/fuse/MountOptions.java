package org.chunkfs.cli.fuse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * How to mount, as {@code -o} gives it.
 *
 * @param flags the flags of {@code mount(2)}
 * @param source what the mount table shows as the source
 * @param allowOther whether other users may use the mount; null for the default: root's mounts are
 *     open to others, those of users are not
 * @param attrTimeout how long the kernel may keep attributes, in nanoseconds
 * @param entryTimeout how long it may keep names, in nanoseconds
 * @param negativeTimeout how long it may keep that a name is not there, in nanoseconds
 * @param writeback whether the kernel may acknowledge writes that it has not passed on; what it
 *     holds back is lost if this machine or the server dies
 * @param threads how many requests may be served at a time
 * @param readAhead how far the kernel reads ahead, in KiB
 * @param volume options that are not the mount's, for the volume to judge; value {@code ""} for a
 *     bare word
 */
public record MountOptions(
    long flags,
    String source,
    @Nullable Boolean allowOther,
    long attrTimeout,
    long entryTimeout,
    long negativeTimeout,
    boolean writeback,
    int threads,
    int readAhead,
    Map<String, String> volume) {

  private static final long SECOND = 1_000_000_000;

  /** The volume's deadline where {@code deadline=} says nothing. */
  private static final int DEADLINE_SECONDS = 30;

  /** Largest request: 256 pages of data. */
  static final int MAX_REQUEST = 1 << 20;

  public MountOptions {
    volume = Map.copyOf(volume);
  }

  /** What holds where {@code -o} says nothing. */
  public static MountOptions defaults() {
    return parse("");
  }

  /**
   * Reads a comma-separated list; a later word overrides an earlier one.
   *
   * @throws IllegalArgumentException if a known option has a value that makes no sense
   */
  public static MountOptions parse(String list) {
    long flags = Libc.MS_NOSUID | Libc.MS_NODEV;
    String source = "chunkfs";
    Boolean allowOther = null;
    long attr = SECOND;
    long entry = SECOND;
    long negative = SECOND;
    boolean writeback = false;
    int threads = 32;
    int readAhead = 1024;
    Map<String, String> volume = new LinkedHashMap<>();
    for (String word : list.split(",", -1)) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      switch (key) {
        case "rw" -> flags &= ~Libc.MS_RDONLY;
        case "ro" -> flags |= Libc.MS_RDONLY;
        case "suid" -> flags &= ~Libc.MS_NOSUID;
        case "nosuid" -> flags |= Libc.MS_NOSUID;
        case "dev" -> flags &= ~Libc.MS_NODEV;
        case "nodev" -> flags |= Libc.MS_NODEV;
        case "exec" -> flags &= ~Libc.MS_NOEXEC;
        case "noexec" -> flags |= Libc.MS_NOEXEC;
        case "sync" -> flags |= Libc.MS_SYNCHRONOUS;
        case "async" -> flags &= ~Libc.MS_SYNCHRONOUS;
        case "dirsync" -> flags |= Libc.MS_DIRSYNC;
        case "noatime" -> flags |= Libc.MS_NOATIME;
        case "fsname" -> source = value;
        case "allow_other" -> allowOther = true;
        case "noallow_other" -> allowOther = false;
        case "attr_timeout" -> attr = seconds(key, value);
        case "entry_timeout" -> entry = seconds(key, value);
        case "negative_timeout" -> negative = seconds(key, value);
        case "writeback_cache" -> writeback = true;
        case "threads" -> threads = number(key, value, 1, 1024);
        case "read_ahead_kb" -> readAhead = number(key, value, 0, 1 << 20);
        // The kernel checks permissions always; the rest are fstab's and mount(8)'s own words.
        case "",
            "default_permissions",
            "defaults",
            "auto",
            "noauto",
            "user",
            "nouser",
            "users",
            "owner",
            "nofail",
            "_netdev",
            "atime",
            "relatime",
            "norelatime",
            "comment" -> {}
        default -> {
          if (!key.startsWith("x-")) {
            volume.put(key, value);
          }
        }
      }
    }
    return new MountOptions(
        flags, source, allowOther, attr, entry, negative, writeback, threads, readAhead, volume);
  }

  /**
   * How long a request may take before the server answers it in its worker's name, in nanoseconds:
   * the volume's deadline, and half as much again for what is slow without being stuck.
   */
  long lateAfter() {
    double seconds = DEADLINE_SECONDS;
    try {
      seconds = Double.parseDouble(volume.getOrDefault("deadline", DEADLINE_SECONDS + ""));
    } catch (NumberFormatException e) {
      // The volume complains.
    }
    return (long) (seconds * 1.5 * SECOND) + SECOND;
  }

  public boolean readOnly() {
    return (flags & Libc.MS_RDONLY) != 0;
  }

  /** The same options under another name for the source, unless {@code fsname=} chose one. */
  public MountOptions withSource(String name) {
    return source.equals("chunkfs")
        ? new MountOptions(
            flags,
            name,
            allowOther,
            attrTimeout,
            entryTimeout,
            negativeTimeout,
            writeback,
            threads,
            readAhead,
            volume)
        : this;
  }

  /** The option string of {@code mount(2)}, where the caller is root. */
  String forKernel(int fd, int uid, int gid) {
    StringJoiner options = new StringJoiner(",");
    options.add("fd=" + fd).add("rootmode=40000").add("user_id=" + uid).add("group_id=" + gid);
    if (!Boolean.FALSE.equals(allowOther)) {
      options.add("allow_other");
    }
    return options.add("default_permissions").add("max_read=" + MAX_REQUEST).toString();
  }

  /** The option string of {@code fusermount3}, which makes the mount for a user. */
  String forFusermount() {
    List<String> options = new ArrayList<>();
    // fusermount3 takes a backslash before a comma for a comma that is part of the name.
    options.add("fsname=" + source.replace("\\", "\\\\").replace(",", "\\,"));
    options.add("subtype=" + FuseMount.SUBTYPE);
    options.add("default_permissions");
    options.add("max_read=" + MAX_REQUEST);
    if (Boolean.TRUE.equals(allowOther)) {
      options.add("allow_other");
    }
    options.add(readOnly() ? "ro" : "rw");
    if ((flags & Libc.MS_NOEXEC) != 0) {
      options.add("noexec");
    }
    if ((flags & Libc.MS_SYNCHRONOUS) != 0) {
      options.add("sync");
    }
    if ((flags & Libc.MS_DIRSYNC) != 0) {
      options.add("dirsync");
    }
    if ((flags & Libc.MS_NOATIME) != 0) {
      options.add("noatime");
    }
    return String.join(",", options);
  }

  private static long seconds(String key, String value) {
    try {
      double seconds = Double.parseDouble(value);
      if (seconds >= 0 && seconds <= 1e9) {
        return (long) (seconds * SECOND);
      }
    } catch (NumberFormatException e) {
      // Reported below, as a value out of range is.
    }
    throw new IllegalArgumentException(
        "The mount option " + key + " needs a number of seconds, not '" + value + "'.");
  }

  private static int number(String key, String value, int least, int most) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as a value out of range is.
    }
    throw new IllegalArgumentException(
        "The mount option %s needs a number from %d to %d, not '%s'."
            .formatted(key, least, most, value));
  }
}
