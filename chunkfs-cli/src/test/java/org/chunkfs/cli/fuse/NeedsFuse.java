package org.chunkfs.cli.fuse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Marks tests that mount. They fail where {@code /dev/fuse} cannot be used, unless {@code
 * -Dchunkfs.fuse=off} says that this machine need not.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsFuse.Condition.class)
public @interface NeedsFuse {
  /** Looks for the device before the first mount. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (System.getProperty("chunkfs.fuse", "").equals("off")) {
        return ConditionEvaluationResult.disabled("-Dchunkfs.fuse=off");
      }
      Path device = Path.of("/dev/fuse");
      if (!Files.isReadable(device) || !Files.isWritable(device)) {
        throw new IllegalStateException(
            "These tests mount, and /dev/fuse is missing or closed to this user."
                + " Run them as root with /dev/fuse, or leave them out with -Dchunkfs.fuse=off.");
      }
      return ConditionEvaluationResult.enabled("/dev/fuse can be opened");
    }
  }
}
