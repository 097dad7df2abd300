package org.chunkfs.cli.fsck;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Words that an option takes only if they look like what it wants; else they are images. */
public final class OptionalWord {
  private OptionalWord() {}

  /** Takes the next word if it is a plan; {@code --plan} before an image takes none. */
  public static final class Plan implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      String next = args.isEmpty() ? "" : args.peek();
      boolean attached = "=".equals(info.get("separator"));
      boolean takes = attached || !next.isEmpty() && !next.startsWith("-") && isPlan(next);
      option.setValue(takes ? args.pop() : "");
      return true;
    }

    private static boolean isPlan(String word) {
      try {
        return PlanFile.is(Path.of(word));
      } catch (InvalidPathException e) {
        return false;
      }
    }
  }

  /** Takes a 0 that follows, as {@code e2fsck -C 0} has it. */
  public static final class Zero implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      option.setValue(!args.isEmpty() && args.peek().equals("0") ? args.pop() : "0");
      return true;
    }
  }
}
