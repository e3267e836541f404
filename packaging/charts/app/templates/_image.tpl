{{- define "app.image" -}}
{{- if .Values.image -}}
{{- .Values.image -}}
{{- else -}}
{{- $ui := lookup "apps/v1" "Deployment" .Values.longhornUi.namespace .Values.longhornUi.name -}}
{{- if not $ui -}}
{{- fail (printf "no deployment %s/%s to take an image with nginx from: set the value image" .Values.longhornUi.namespace .Values.longhornUi.name) -}}
{{- end -}}
{{- (first $ui.spec.template.spec.containers).image -}}
{{- end -}}
{{- end -}}

{{- define "app.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "app.labels" -}}
{{ include "app.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
