package org.chunkfs.core.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The field table of one on-disk record: every byte of it is a field, in order, without gaps. */
public final class RecordLayout {
  private final String name;
  private final String doc;
  private final List<Field> fields = new ArrayList<>();
  private int size;

  RecordLayout(String name, int start, String doc) {
    this.name = name;
    this.doc = doc;
    this.size = start;
  }

  public String name() {
    return name;
  }

  public String doc() {
    return doc;
  }

  /** Offset just past the last field. */
  public int size() {
    return size;
  }

  public List<Field> fields() {
    return Collections.unmodifiableList(fields);
  }

  Field.U8 u8(String field, String meaning) {
    return add(new Field.U8(field, size, meaning));
  }

  Field.U16 u16(String field, String meaning) {
    return add(new Field.U16(field, size, meaning));
  }

  Field.U32 u32(String field, String meaning) {
    return add(new Field.U32(field, size, meaning));
  }

  Field.U64 u64(String field, String meaning) {
    return add(new Field.U64(field, size, meaning));
  }

  Field.Bytes bytes(String field, int length, String meaning) {
    return add(new Field.Bytes(field, size, length, meaning));
  }

  private <F extends Field> F add(F field) {
    fields.add(field);
    size += field.size();
    return field;
  }
}
