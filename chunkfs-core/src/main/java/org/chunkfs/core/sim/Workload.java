package org.chunkfs.core.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random steps from a seed, made to meet each other: few names, few directories, and some names
 * that need a lot of room.
 *
 * @param names how many names there are in a directory
 * @param top directories in the root that all paths begin with; none: the root itself is used
 * @param data whether files get content
 * @param large whether attributes and content may be so large that an image of a few MiB fills up
 * @param handles whether inodes are held
 */
public record Workload(int names, List<String> top, boolean data, boolean large, boolean handles) {
  /** Copies the list. */
  public Workload {
    top = List.copyOf(top);
  }

  /** For runs in which every state is looked at. */
  public static Workload small(boolean data) {
    return new Workload(6, List.of(), data, false, true);
  }

  /** Directories of hundreds of long names. */
  public static Workload wide(boolean data) {
    return new Workload(400, List.of(), data, false, true);
  }

  /** So much that the image is full before long. */
  public static Workload filling(boolean data) {
    return new Workload(40, List.of(), data, true, true);
  }

  /** So many steps, none of them an event. */
  public List<Op> steps(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Op> steps = new ArrayList<>(count);
    while (steps.size() < count) {
      steps.add(step(random));
    }
    return steps;
  }

  private String path(SplittableRandom random) {
    StringBuilder path = new StringBuilder();
    int depth = 1 + (random.nextInt(3) == 0 ? random.nextInt(3) : 0);
    if (top.isEmpty()) {
      depth += random.nextInt(2);
    } else {
      path.append('/').append(top.get(random.nextInt(top.size())));
    }
    for (int i = 0; i < depth; i++) {
      boolean last = i == depth - 1;
      path.append('/').append(last ? name(random) : "d" + random.nextInt(3));
    }
    return path.toString();
  }

  private String name(SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      return "d" + random.nextInt(3);
    }
    int n = random.nextInt(names);
    if (n % 3 == 2) {
      return "n" + n + "~" + (20 + n * 31 % 236);
    }
    return "n" + n;
  }

  private static long size(SplittableRandom random, long most) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong(100);
      case 1 -> random.nextLong(Math.min(most, 10_000));
      case 2 -> random.nextLong(most / 4096 + 1) * 4096;
      default -> random.nextLong(most);
    };
  }

  private Op step(SplittableRandom random) {
    int dice = random.nextInt(data ? 150 : 100);
    String path = path(random);
    if (dice < 18) {
      long content = data && random.nextInt(3) == 0 ? size(random, 60_000) << 8 | dice : 0;
      return new Op(Op.Kind.CREATE, path, Op.NONE, content, random.nextInt(5));
    } else if (dice < 28) {
      String dir = path.substring(0, path.lastIndexOf('/'));
      return new Op(Op.Kind.MKDIR, dir + "/d" + random.nextInt(3), Op.NONE, 0, 1);
    } else if (dice < 31) {
      return new Op(
          Op.Kind.SYMLINK,
          path,
          Op.NONE,
          1 + random.nextInt(random.nextInt(9) == 0 ? 4095 : 90),
          3);
    } else if (dice < 33) {
      int[] types = {0x1000, 0x2000, 0x6000, 0x8000, 0xC000};
      return new Op(Op.Kind.MKNOD, path, Op.NONE, types[random.nextInt(types.length)] | 0x180, 2);
    } else if (dice < 40) {
      return new Op(Op.Kind.LINK, path, path(random), 0, 0);
    } else if (dice < 50) {
      return new Op(Op.Kind.UNLINK, path, Op.NONE, 0, 0);
    } else if (dice < 54) {
      return new Op(Op.Kind.RMDIR, path, Op.NONE, 0, 0);
    } else if (dice < 70) {
      int mode = random.nextInt(6);
      return new Op(Op.Kind.RENAME, path, path(random), mode < 4 ? 0 : mode - 3, 0);
    } else if (dice < 73) {
      return new Op(Op.Kind.CHMOD, path, Op.NONE, random.nextInt(0x1000), 0);
    } else if (dice < 75) {
      return new Op(Op.Kind.CHOWN, path, Op.NONE, random.nextInt(9), random.nextInt(9));
    } else if (dice < 83) {
      long most = large ? 60_000 : random.nextInt(5) == 0 ? 6000 : 300;
      long mode = random.nextInt(8) == 0 ? 1 + random.nextInt(2) : 0;
      return new Op(
          Op.Kind.SETXATTR,
          path,
          "x" + random.nextInt(4),
          size(random, most),
          mode * 1000 + random.nextInt(99));
    } else if (dice < 86) {
      return new Op(Op.Kind.REMOVEXATTR, path, "x" + random.nextInt(4), 0, 0);
    } else if (dice < 88) {
      return new Op(Op.Kind.GETXATTR, path, "x" + random.nextInt(4), 0, 0);
    } else if (dice < 90) {
      return new Op(Op.Kind.STAT, path, Op.NONE, 0, 0);
    } else if (dice < 92) {
      return new Op(
          Op.Kind.LIST, path.substring(0, Math.max(1, path.lastIndexOf('/'))), Op.NONE, 0, 0);
    } else if (dice < 100) {
      return held(random, path);
    }
    return data(random, path);
  }

  private Op held(SplittableRandom random, String path) {
    long slot = random.nextInt(3);
    int dice = handles ? random.nextInt(4) : 4;
    return switch (dice) {
      case 0, 1 -> new Op(Op.Kind.OPEN, path, Op.NONE, slot, 0);
      case 2 -> new Op(Op.Kind.RELEASE, Op.NONE, Op.NONE, slot, 0);
      case 3 -> new Op(Op.Kind.STATHELD, Op.NONE, Op.NONE, slot, 0);
      default -> new Op(Op.Kind.STAT, path, Op.NONE, 0, 0);
    };
  }

  private Op data(SplittableRandom random, String path) {
    long most = large ? 1 << 20 : 100_000;
    long offset = size(random, most);
    long length = 1 + size(random, large ? 200_000 : 20_000);
    long coded = length << 8 | random.nextInt(256);
    int dice = random.nextInt(50);
    String slot = String.valueOf(random.nextInt(3));
    if (dice < 22) {
      return new Op(Op.Kind.WRITE, path, Op.NONE, offset, coded);
    } else if (dice < 28) {
      return new Op(Op.Kind.READ, path, Op.NONE, offset, coded);
    } else if (dice < 31) {
      return new Op(
          handles ? Op.Kind.WRITEHELD : Op.Kind.WRITE,
          handles ? Op.NONE : path,
          slot,
          offset,
          coded);
    } else if (dice < 33) {
      return new Op(
          handles ? Op.Kind.READHELD : Op.Kind.READ, handles ? Op.NONE : path, slot, offset, coded);
    } else if (dice < 39) {
      return new Op(Op.Kind.TRUNCATE, path, Op.NONE, offset, 0);
    } else if (dice < 46) {
      return new Op(
          Op.Kind.FALLOCATE, path, String.valueOf(random.nextInt(5)), offset, Math.max(1, length));
    }
    return new Op(Op.Kind.SEEK, path, Op.NONE, offset, random.nextInt(2));
  }
}
