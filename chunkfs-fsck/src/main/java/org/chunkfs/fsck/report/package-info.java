/** Findings, counts and losses as text and as JSON. */
@NullMarked
package org.chunkfs.fsck.report;

import org.jspecify.annotations.NullMarked;
