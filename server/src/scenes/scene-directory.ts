/** A row of the `scenes` table. */
export interface SceneRecord {
  readonly sceneId: string;
  readonly tenant: string;
  readonly name: string;
  readonly nodeCount: number;
  readonly headSeq: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Which scenes a tenant has. */
export interface SceneDirectory {
  /** undefined when there is none or it is another tenant's: callers cannot tell the two apart. */
  find(tenant: string, sceneId: string): Promise<SceneRecord | undefined>;
}
