package org.chunkfs.fsck.torture;

import org.jspecify.annotations.Nullable;

/**
 * What a round of torture came to.
 *
 * @param tried states or cases that were looked at
 * @param broken the broken promise, in as short a case as could be found; null: none
 */
public record TortureRound(long tried, @Nullable TortureCase broken) {}
