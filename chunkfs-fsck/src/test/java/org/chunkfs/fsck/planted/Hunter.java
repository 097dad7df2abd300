package org.chunkfs.fsck.planted;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.chunkfs.core.sim.Soak;
import org.chunkfs.fsck.torture.DamageKind;
import org.chunkfs.fsck.torture.FlipTorture;
import org.chunkfs.fsck.torture.Torture;
import org.chunkfs.fsck.torture.TortureCase;
import org.chunkfs.fsck.torture.TortureKind;
import org.chunkfs.fsck.torture.TortureKinds;
import org.chunkfs.fsck.torture.TortureRound;
import org.chunkfs.fsck.torture.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a broken promise, with whatever classes it was loaded beside. It takes and gives only
 * strings, which mean the same to every class loader: a {@link Hunt} in words comes in; how many
 * states were looked at, what was broken and the script that shows it go out; nothing broken: only
 * the number.
 */
final class Hunter implements Function<List<String>, List<String>> {
  Hunter() {}

  @Override
  public List<String> apply(List<String> words) {
    Hunt hunt = Hunt.parse(words);
    try {
      return switch (hunt.means()) {
        case SOAK -> soak(hunt, true);
        case SOAK_AND_SHRINK -> soak(hunt, false);
        case BOUNDED -> bounded(hunt);
        case DAMAGE -> damage(hunt);
        case FLIPS -> flips(hunt);
        case PROPERTY -> property(hunt);
      };
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(hunt.toString(), e);
    }
  }

  private static List<String> soak(Hunt hunt, boolean asFound) throws IOException {
    Soak.Kind kind = Soak.Kind.valueOf(hunt.name().toUpperCase(Locale.ROOT).replace('-', '_'));
    Soak.Plan plan = new Soak.Plan(kind, hunt.seed(), hunt.budget(), hunt.size(), true);
    Soak.Result result = asFound ? Soak.find(plan) : Soak.run(plan);
    Soak.Violation first = result.first();
    return first == null
        ? none(result.states())
        : found(
            result.states(), first.what(), first.script().stream().map(Object::toString).toList());
  }

  private static List<String> bounded(Hunt hunt) throws IOException {
    TortureKind kind =
        TortureKinds.inMemory().stream()
            .filter(k -> k.name().equals(hunt.name()))
            .findFirst()
            .orElseThrow();
    long states = 0;
    for (int round = 0; round < hunt.budget(); round++) {
      TortureRound done = kind.round(hunt.seed(), round, Path.of(""));
      states += done.tried();
      TortureCase broken = done.broken();
      if (broken != null) {
        return found(states, broken.what(), broken.script());
      }
    }
    return none(states);
  }

  private static List<String> damage(Hunt hunt) throws IOException {
    DamageKind kind = DamageKind.of(hunt.name()).orElseThrow();
    Torture.Summary summary =
        Torture.run(
            kind,
            hunt.seed(),
            hunt.size(),
            hunt.budget(),
            (verdict, _) -> verdict.violations().isEmpty());
    Verdict first = summary.smallest();
    return first == null
        ? none(summary.cases())
        : found(summary.cases(), first.violations().getFirst(), List.of(first.damage()));
  }

  private static List<String> flips(Hunt hunt) throws IOException {
    FlipTorture.Outcome outcome =
        FlipTorture.run(hunt.seed(), hunt.budget(), hunt.size(), done -> {});
    return outcome.missed().isEmpty()
        ? none(outcome.flips())
        : found(outcome.flips(), outcome.missed().getFirst(), List.of(outcome.missed().getFirst()));
  }

  /** A property of a test class: {@code undo.UndoProps#method}, tried with seeds. */
  private static List<String> property(Hunt hunt) throws ReflectiveOperationException {
    String[] name = hunt.name().split("#", 2);
    Class<?> type = Class.forName("org.chunkfs.fsck." + name[0]);
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Method method = type.getDeclaredMethod(name[1], long.class);
    method.setAccessible(true);
    for (int i = 0; i < hunt.budget(); i++) {
      try {
        method.invoke(constructor.newInstance(), hunt.seed() + i);
      } catch (InvocationTargetException e) {
        Throwable cause = e.getCause();
        return found(i + 1L, String.valueOf(cause), List.of("seed " + (hunt.seed() + i)));
      }
    }
    return none(hunt.budget());
  }

  private static List<String> none(long states) {
    return List.of(String.valueOf(states));
  }

  private static List<String> found(long states, @Nullable String what, List<String> script) {
    List<String> all = new ArrayList<>(List.of(String.valueOf(states), String.valueOf(what)));
    all.addAll(script);
    return List.copyOf(all);
  }
}
