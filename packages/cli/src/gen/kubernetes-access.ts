/** Lets all nodes of a Kubernetes cluster read all Nodes: what each publishes there is for the others. */
export const KUBERNETES_ACCESS = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
    name: cosi-discovery
rules:
    - apiGroups: [""]
      resources: [nodes]
      verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
    name: cosi-discovery
roleRef:
    apiGroup: rbac.authorization.k8s.io
    kind: ClusterRole
    name: cosi-discovery
subjects:
    - apiGroup: rbac.authorization.k8s.io
      kind: Group
      name: system:nodes
`;
