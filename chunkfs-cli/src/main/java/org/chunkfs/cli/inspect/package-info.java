/**
 * Looking at images from outside the engine: every on-disk structure, decoded through the field
 * tables, with a verdict. Nothing in an image is trusted: whatever the bytes are, the answer is a
 * report.
 */
@NullMarked
package org.chunkfs.cli.inspect;

import org.jspecify.annotations.NullMarked;
